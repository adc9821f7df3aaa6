import type { ScenarioFinished } from '../core/event.ts';
import { renderDuration } from '../core/units.ts';
import { outcomeMark, outcomePaint, type Palette } from './palette.ts';
import { renderFirstLine } from './printable.ts';

/** A scenario's end in one line: `✗ failed   shop  812 ms  stdout does not equal what was expected`. */
export function renderFinishedLine(event: ScenarioFinished, name: string, palette: Palette): string {
  const paint = outcomePaint(event.outcome, palette);
  const why = event.reason ?? event.problems[0]?.message;
  const parts = [
    paint(`${outcomeMark(event.outcome)} ${event.outcome.padEnd(7)}`),
    palette.bold(name),
    palette.dim(renderDuration(event.durationMs)),
    ...(event.final ? [] : [palette.dim(`attempt ${event.attempt}, trying again`)]),
    ...(why === undefined ? [] : [renderFirstLine(why)]),
  ];
  return parts.join('  ');
}
