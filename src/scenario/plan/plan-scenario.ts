import type { ScenarioPlan } from '../../core/plan.ts';
import type { Scenario } from '../../core/scenario.ts';
import { DocumentNode } from './document-node.ts';
import { expandMatrix } from './expand-matrix.ts';
import { interpolateDocument } from './interpolate-document.ts';
import { planCombination } from './plan-combination.ts';
import type { PlanOptions } from './plan-options.ts';
import { Problems } from './problems.ts';

/**
 * What running a scenario means: one plan for each combination of its matrix, the same for the same inputs.
 *
 * @throws MayflyErrors with everything that is wrong, each at its place.
 */
export function planScenario(scenario: Scenario, options: PlanOptions): readonly ScenarioPlan[] {
  const problems = new Problems(scenario);
  const scope = { env: options.env };
  const matrix = interpolateDocument(scenario.document.matrix ?? null, '/matrix', scope, 'all', problems);
  const combinations = expandMatrix(new DocumentNode(matrix, '/matrix', problems));
  const plans = combinations.map((combination) => planCombination(scenario, combination, options, problems));
  problems.throwIfAny();
  const ids = uniqueIds(plans.map((plan) => plan.id));
  return plans.map((plan, index) => ({
    ...plan,
    id: ids[index] ?? plan.id,
    warnings: index === 0 ? [...scenario.warnings, ...problems.warnings] : [],
  }));
}

/** Two equal combinations are two runs, as in GitHub Actions; the second is `…~2`. */
function uniqueIds(ids: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return ids.map((id) => {
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return count === 1 ? id : `${id}~${count}`;
  });
}
