import type { Problem, StepFinished } from '../../core/event.ts';

export interface StepResult {
  readonly outcome: StepFinished['outcome'];
  readonly problems: readonly Problem[];
}
