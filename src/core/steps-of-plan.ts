import type { ScenarioPlan } from './plan.ts';
import type { Step } from './scenario.ts';

/** All steps that a plan may do, those that others hold too: its own, those of its cases, and those of `finally`. */
export function stepsOfPlan({
  steps,
  cases = [],
  finally: final,
}: Pick<ScenarioPlan, 'steps' | 'cases' | 'finally'>): readonly Step[] {
  return [...steps, ...cases.flatMap((one) => one.steps), ...final].flatMap(withInner);
}

function withInner(step: Step): readonly Step[] {
  return [step, ...(step.steps ?? []).flatMap(withInner)];
}
