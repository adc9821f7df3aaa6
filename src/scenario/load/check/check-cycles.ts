import type { Json } from '../../../core/json.ts';
import { entriesOf, memberOf } from '../json-access.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import { spanOfUse } from './check-names.ts';
import type { NameUse } from './name-uses.ts';

/** R1: services do not wait for each other in a circle. Each circle is said once, where it closes. */
export function checkCycles(document: LoadedDocument, uses: readonly NameUse[]): void {
  const edges = edgesIn(document.json, uses);
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (service: string): void => {
    state.set(service, 'open');
    path.push(service);
    for (const use of edges.get(service) ?? []) {
      if (state.get(use.name) === 'open')
        report(document, [...path.slice(path.indexOf(use.name)), use.name], use);
      else if (!state.has(use.name)) visit(use.name);
    }
    path.pop();
    state.set(service, 'done');
  };
  for (const service of edges.keys()) if (!state.has(service)) visit(service);
}

function edgesIn(json: Json, uses: readonly NameUse[]): ReadonlyMap<string, readonly NameUse[]> {
  const edges = new Map<string, NameUse[]>(entriesOf(memberOf(json, 'services')).map(([name]) => [name, []]));
  for (const use of uses) {
    const owner = /^\/services\/([^/]+)\/(?:depends_on|network_mode)/.exec(use.pointer)?.[1];
    if (owner !== undefined && use.kind === 'service') edges.get(owner)?.push(use);
  }
  return edges;
}

function report(document: LoadedDocument, cycle: readonly string[], use: NameUse): void {
  const message =
    cycle.length === 2
      ? `\`${cycle[0]}\` depends on itself`
      : `services depend on each other in a circle: ${cycle.join(' -> ')}`;
  document.error('SCENARIO_CYCLE', message, spanOfUse(document, use), use.pointer);
}
