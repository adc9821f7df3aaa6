import type { DocumentNode } from '../document-node.ts';
import type { Scales } from './instance-names.ts';

const maxInstances = 1000;

/**
 * How many containers each service is: `scale`, or Compose's `deploy.replicas`; none if it has profiles and none of them is
 * active, unless a service that runs depends on it (Compose specification, "profiles").
 */
export function planScales(services: DocumentNode, profiles: readonly string[]): Scales {
  const declared = new Map(services.entries());
  const active = new Set<string>();
  const activate = (name: string): void => {
    const service = declared.get(name);
    if (service === undefined || active.has(name)) return;
    active.add(name);
    for (const dependency of neededBy(service)) activate(dependency);
  };
  for (const [name, service] of declared) if (isActive(service, profiles)) activate(name);
  return new Map([...declared].map(([name, service]) => [name, active.has(name) ? readScale(service) : 0]));
}

function isActive(service: DocumentNode, profiles: readonly string[]): boolean {
  const own = service.child('profiles');
  if (!own.present) return true;
  return profiles.includes('*') || own.texts().some((profile) => profiles.includes(profile));
}

function neededBy(service: DocumentNode): readonly string[] {
  const dependsOn = service.child('depends_on');
  const named = dependsOn.isList
    ? dependsOn.texts()
    : dependsOn
        .entries()
        .flatMap(([name, entry]) =>
          entry.isMap && entry.child('required').boolean() === false ? [] : [name],
        );
  const host = /^service:(.+)$/.exec(service.child('network_mode').text() ?? '')?.[1];
  return host === undefined ? named : [...named, host];
}

/** Both spellings may stand beside each other only if they say the same, as in Compose. */
function readScale(service: DocumentNode): number {
  const bounds = { min: 0, max: maxInstances };
  const scale = service.child('scale').integer(bounds);
  const replicas = service.child('deploy').child('replicas').integer(bounds);
  if (scale !== undefined && replicas !== undefined && scale !== replicas) {
    service
      .child('scale')
      .fail(
        'SCENARIO_CONFLICT',
        '`scale` and `deploy.replicas` are two different numbers',
        'keep one of them',
      );
  }
  return scale ?? replicas ?? 1;
}
