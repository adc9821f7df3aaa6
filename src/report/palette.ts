import picocolors from 'picocolors';
import type { ScenarioOutcome, StepOutcome } from './summary.ts';

export type Palette = ReturnType<typeof picocolors.createColors>;
export type Paint = (text: string) => string;

/** Colours, or none: whoever opens the terminal decides, not this module. */
export function createPalette(color: boolean): Palette {
  return picocolors.createColors(color);
}

type AnyOutcome = ScenarioOutcome | StepOutcome;

/** Each outcome has its own shape beside its colour: not everyone sees colours, and logs have none. */
const marks: Readonly<Record<AnyOutcome, string>> = {
  passed: '✓',
  failed: '✗',
  errored: '!',
  flaky: '~',
  skipped: '○',
  leaked: '▲',
  unfinished: '…',
};

export function outcomeMark(outcome: AnyOutcome): string {
  return marks[outcome];
}

export function outcomePaint(outcome: AnyOutcome, palette: Palette): Paint {
  switch (outcome) {
    case 'passed':
      return palette.green;
    case 'failed':
    case 'errored':
    case 'leaked':
      return palette.red;
    case 'flaky':
    case 'unfinished':
      return palette.yellow;
    case 'skipped':
      return palette.dim;
  }
}
