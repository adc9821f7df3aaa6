import type { StepResult } from './step-result.ts';

/** A step that goes on while later ones run (language.md R19). */
export interface BackgroundStep {
  readonly ended: Promise<StepResult>;
  /** The scenario has ended, and the step with it: no failure. */
  stop(): void;
}

/** Why a background step was stopped. */
export const scenarioOver = new Error('ended with the scenario');
