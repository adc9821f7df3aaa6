import type { StepSummary } from './summary.ts';

/** How many of the other steps hold this one (`during`, `parallel`), by their paths. */
export function stepDepth(step: StepSummary, steps: readonly StepSummary[]): number {
  const holders = steps.filter((other) => step.path.startsWith(`${other.path}/`)).map((other) => other.path);
  return new Set(holders).size;
}

/** The steps that hold it, the outermost first. */
export function holdersOf(step: StepSummary, steps: readonly StepSummary[]): readonly StepSummary[] {
  return steps
    .filter((other) => step.path.startsWith(`${other.path}/`))
    .sort((one, other) => one.path.length - other.path.length);
}

export function isFinallyStep(step: StepSummary): boolean {
  return step.path.startsWith('/finally/');
}

/** The steps that `ScenarioPlanned.steps` counts: those of the scenario itself and of `finally`, none nested. */
export function plannedSteps(steps: readonly StepSummary[]): readonly StepSummary[] {
  return steps.filter((step) => stepDepth(step, steps) === 0);
}

/** Each after the step that holds it: those that ran at the same time began in any order. */
export function inTreeOrder(steps: readonly StepSummary[]): readonly StepSummary[] {
  const below = new Map<string, StepSummary[]>();
  for (const step of steps) {
    const holder = holdersOf(step, steps).at(-1)?.path ?? '';
    below.set(holder, [...(below.get(holder) ?? []), step]);
  }
  const walk = (holder: string): readonly StepSummary[] =>
    (below.get(holder) ?? []).flatMap((step) => [step, ...walk(step.path)]);
  return walk('');
}
