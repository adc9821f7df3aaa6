import type { ScenarioPlan } from './plan.ts';
import type { Step } from './scenario.ts';

/** All steps that a plan may do: its own, those of its cases, and those of `finally`. */
export function stepsOfPlan({
  steps,
  cases = [],
  finally: final,
}: Pick<ScenarioPlan, 'steps' | 'cases' | 'finally'>): readonly Step[] {
  return [...steps, ...cases.flatMap((one) => one.steps), ...final];
}
