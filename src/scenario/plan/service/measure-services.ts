import type { ServicePlan } from '../../../core/plan.ts';
import type { Step } from '../../../core/scenario.ts';

/** Services whose usage a step looks at get something that counts it, limits or not. */
export function measureServices(
  services: readonly ServicePlan[],
  steps: readonly Step[],
): readonly ServicePlan[] {
  const measured = new Set(
    steps.flatMap(({ kind, in: name }) => (kind === 'stats' && name !== undefined ? [name] : [])),
  );
  return services.map((service) =>
    measured.has(service.name)
      ? { ...service, container: { ...service.container, measured: true } }
      : service,
  );
}
