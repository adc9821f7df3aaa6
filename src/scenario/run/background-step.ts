import type { Step } from '../../core/scenario.ts';
import type { StepResult } from './step-result.ts';

/** A step that goes on while later ones run (language.md R19). */
export interface BackgroundStep {
  readonly ended: Promise<StepResult>;
  /** The scenario has ended, and the step with it: no failure. */
  stop(): void;
}

/** Why a background step was stopped. */
export const scenarioOver = new Error('ended with the scenario');

/** An id of a fragment is known in that use of it only. */
export function idIn({ fragment = '' }: Pick<Step, 'fragment'>, id: string): string {
  return `${fragment}#${id}`;
}
