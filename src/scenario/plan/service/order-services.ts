import type { Dependency } from '../../../core/plan.ts';

interface Ordered {
  readonly name: string;
  readonly dependsOn: readonly Dependency[];
}

export type ServiceOrder<T> =
  | { readonly kind: 'order'; readonly services: readonly T[] }
  /** Each depends on the next, and the last is the first again. */
  | { readonly kind: 'cycle'; readonly names: readonly string[] };

/** Each after what it depends on; otherwise in the order of the file. */
export function orderServices<T extends Ordered>(services: readonly T[]): ServiceOrder<T> {
  const byName = new Map(services.map((service) => [service.name, service]));
  const done = new Set<string>();
  const ordered: T[] = [];
  /** The way down from the service being looked at; meeting one of it again is a cycle. */
  const visit = (service: T, path: readonly string[]): readonly string[] | undefined => {
    if (done.has(service.name)) return undefined;
    const start = path.indexOf(service.name);
    if (start >= 0) return [...path.slice(start), service.name];
    for (const dependency of service.dependsOn) {
      const next = byName.get(dependency.service);
      const cycle = next === undefined ? undefined : visit(next, [...path, service.name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(service.name);
    ordered.push(service);
    return undefined;
  };
  for (const service of services) {
    const names = visit(service, []);
    if (names !== undefined) return { kind: 'cycle', names };
  }
  return { kind: 'order', services: ordered };
}
