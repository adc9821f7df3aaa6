import type { StepSummary } from './summary.ts';

/** Which steps hold which (`parallel`, `use`, a case), by their paths; built once for a report, which may have thousands of them. */
export class StepTree {
  readonly #byPath: ReadonlyMap<string, StepSummary>;
  /** By the path of the step that holds them directly; of those that nothing holds it is empty. */
  readonly #inside = new Map<string, StepSummary[]>();

  constructor(steps: readonly StepSummary[]) {
    this.#byPath = new Map(steps.map((step) => [step.path, step]));
    for (const step of steps) {
      const holder = this.holdersOf(step).at(-1)?.path ?? '';
      const siblings = this.#inside.get(holder);
      if (siblings === undefined) this.#inside.set(holder, [step]);
      else siblings.push(step);
    }
  }

  /** The steps that hold it, the outermost first. */
  holdersOf({ path }: StepSummary): readonly StepSummary[] {
    return [...path.matchAll(/\//g)].flatMap(({ index }) => this.#byPath.get(path.slice(0, index)) ?? []);
  }

  /** The steps that `ScenarioPlanned.steps` counts: those of the scenario itself and of `finally`, none nested. */
  get planned(): readonly StepSummary[] {
    return this.#inside.get('') ?? [];
  }

  /** All below a step, or all there are: each after the step that holds it, for those that ran at the same time began in any order. */
  below(path = ''): readonly StepSummary[] {
    return (this.#inside.get(path) ?? []).flatMap((step) => [step, ...this.below(step.path)]);
  }
}

export function isFinallyStep(step: StepSummary): boolean {
  return step.path.startsWith('/finally/');
}
