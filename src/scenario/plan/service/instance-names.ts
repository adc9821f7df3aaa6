import type { DocumentNode } from '../document-node.ts';

/** How many containers each declared service is; 0: it does not run. */
export type Scales = ReadonlyMap<string, number>;

/** One container of a service: `web`, or `web[2]` in container `web-2`. */
export interface Instance {
  readonly name: string;
  readonly container: string;
  /** Its place among its like, from 0. */
  readonly index: number;
  readonly instanceOf?: string;
}

export function instancesOf(service: string, scales: Scales): readonly Instance[] {
  const scale = scales.get(service) ?? 1;
  if (scale === 1) return [{ name: service, container: service, index: 0 }];
  return Array.from({ length: scale }, (_unused, index) => ({
    name: `${service}[${index + 1}]`,
    container: `${service}-${index + 1}`,
    index,
    instanceOf: service,
  }));
}

/** `web` or `web[2]` as steps write it, to the name of one instance: the first if none is named. */
export function resolveInstance(node: DocumentNode, text: string, scales: Scales): string | undefined {
  const [, service = text, index] = /^(.+)\[(\d+)\]$/.exec(text) ?? [];
  const scale = scales.get(service);
  if (scale === undefined) {
    const hint =
      scales.size === 0 ? 'the scenario has no services' : `declared are ${[...scales.keys()].join(', ')}`;
    node.fail('SCENARIO_UNDECLARED', `service \`${service}\` is not declared`, hint);
    return undefined;
  }
  if (scale === 0) {
    const hint = 'run with --profile, or name a service that runs';
    const why = 'none of its profiles is active, or its scale is 0';
    node.fail('SCENARIO_CONFLICT', `\`${service}\` does not run: ${why}`, hint);
    return undefined;
  }
  const instance = Number(index ?? 1);
  if (instance < 1 || instance > scale) {
    node.fail('SCENARIO_UNDECLARED', `\`${text}\` does not exist: \`${service}\` has scale ${scale}`);
    return undefined;
  }
  return scale === 1 ? service : `${service}[${instance}]`;
}
