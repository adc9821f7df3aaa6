import type { Dependency } from '../../../core/plan.ts';
import type { DocumentNode } from '../document-node.ts';
import type { Scales } from './instance-names.ts';

const conditions = ['service_started', 'service_healthy', 'service_completed_successfully'] as const;

/** `depends_on:` as a list or with conditions; the network of another service is a dependency too, as in Compose. */
export function parseDependsOn(service: DocumentNode, scales: Scales): readonly Dependency[] {
  const node = service.child('depends_on');
  const declared = (name: string): boolean => scales.has(name);
  const dependencies = new Map<string, Dependency>();
  const named: readonly (readonly [string, DocumentNode])[] = node.isList
    ? node.items().flatMap((item) => {
        const name = item.text();
        return name === undefined ? [] : [[name, item] as const];
      })
    : node.entries();
  for (const [name, entry] of named) {
    const condition =
      (entry.isMap ? entry.child('condition').oneOf(conditions) : undefined) ?? 'service_started';
    const required = entry.isMap ? (entry.child('required').boolean() ?? true) : true;
    const restart = entry.isMap && entry.child('restart').boolean() === true;
    if (declared(name)) dependencies.set(name, { service: name, condition, ...(restart ? { restart } : {}) });
    else if (required) entry.fail('SCENARIO_UNDECLARED', `service \`${name}\` is not declared`);
  }
  const host = /^service:(.+)$/.exec(service.child('network_mode').text() ?? '')?.[1];
  if (host !== undefined && declared(host) && !dependencies.has(host)) {
    dependencies.set(host, { service: host, condition: 'service_started' });
  }
  return [...dependencies.values()];
}
