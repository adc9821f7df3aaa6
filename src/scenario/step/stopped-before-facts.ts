import type { Performed } from './step-definition.ts';

/** The step's time was over before it had its facts; `performed` is what that says, should `expect` ask for just that. */
export class StoppedBeforeFacts extends Error {
  readonly performed: Performed;

  constructor(cause: unknown, performed: Performed) {
    super('the step was stopped', { cause });
    this.name = 'StoppedBeforeFacts';
    this.performed = performed;
  }
}
