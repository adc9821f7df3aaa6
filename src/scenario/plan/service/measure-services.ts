import type { InvariantPlan, ServicePlan } from '../../../core/plan.ts';
import type { Step } from '../../../core/scenario.ts';

/** Services whose usage a step or an invariant looks at get something that counts it, limits or not. */
export function measureServices(
  services: readonly ServicePlan[],
  steps: readonly Step[],
  invariants: readonly InvariantPlan[],
): readonly ServicePlan[] {
  const ofSteps = steps.flatMap(({ kind, in: name }) =>
    kind === 'stats' && name !== undefined ? [name] : [],
  );
  const measured = new Set([...ofSteps, ...invariants.map(({ service }) => service)]);
  return services.map((service) =>
    measured.has(service.name)
      ? { ...service, container: { ...service.container, measured: true } }
      : service,
  );
}
