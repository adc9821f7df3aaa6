import type { Step } from '../../../core/scenario.ts';

/** Steps that are written once and done at several places have paths of their own at each. */
export function moveStep(step: Step, from: string, to: string): Step {
  const path = `${to}${step.path.slice(from.length)}`;
  if (step.steps === undefined) return { ...step, path };
  return { ...step, path, steps: step.steps.map((child) => moveStep(child, from, to)) };
}
