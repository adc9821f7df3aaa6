import type { Scenario } from '../../core/scenario.ts';

/** A document with errors, as far as it could be read. */
export interface BrokenScenario {
  readonly scenario: Scenario;
  /** Nothing is wrong at the place or inside of it, as far as one knows. */
  readonly isSound: (pointer: string) => boolean;
}
