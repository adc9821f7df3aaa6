import { stripVTControlCharacters } from 'node:util';
import { renderDuration } from '../core/units.ts';
import { displayWidth } from './display-width.ts';
import { outcomePaint, type Palette } from './palette.ts';
import { countOf, renderPrintable } from './printable.ts';
import { renderShardOf } from './render-shard.ts';
import type { ScenarioOutcome, Summary } from './summary.ts';
import { leftBehindByAll } from './summary.ts';

const order: readonly ScenarioOutcome[] = [
  'passed',
  'flaky',
  'failed',
  'errored',
  'leaked',
  'skipped',
  'unfinished',
];

/** The run in one line: `6 scenarios: 4 passed, 1 failed, 1 skipped · 17 steps · 4.21 s · nothing left behind`. */
export function renderTotals(summary: Summary, palette: Palette, columns: number): string {
  const { totals } = summary;
  const outcomes = order
    .filter((outcome) => totals.outcomes[outcome] > 0)
    .map((outcome) => outcomePaint(outcome, palette)(`${totals.outcomes[outcome]} ${outcome}`));
  const scenarios = palette.bold(countOf(totals.scenarios, 'scenario'));
  const isClean = totals.scenarios === totals.outcomes.passed + totals.outcomes.skipped;
  const parts = [
    outcomes.length === 0 ? scenarios : `${scenarios}: ${outcomes.join(', ')}`,
    ...(summary.run?.shard === undefined ? [] : [renderShardOf(summary.run.shard)]),
    countOf(totals.steps, 'step'),
    renderDuration(summary.durationMs),
    ...renderLeft(summary, palette),
    ...(isClean || summary.run === undefined ? [] : [palette.dim(`seed ${summary.run.seed}`)]),
    ...renderSnapshots(summary, palette),
    ...renderEnding(summary, palette),
  ];
  return joinParts(parts, palette, columns);
}

/** On one line, or broken between two facts where the terminal is too narrow for that. */
function joinParts(parts: readonly string[], palette: Palette, columns: number): string {
  const widthOf = (text: string): number => displayWidth(stripVTControlCharacters(text));
  let text = '';
  let used = 0;
  for (const part of parts) {
    const breaks = used > 0 && used + 3 + widthOf(part) > columns;
    text += used === 0 ? part : breaks ? `\n${part}` : `${palette.dim(' · ')}${part}`;
    used = breaks || used === 0 ? widthOf(part) : used + 3 + widthOf(part);
  }
  return text;
}

function renderLeft(summary: Summary, palette: Palette): readonly string[] {
  if (summary.totals.leaks > 0) return [palette.red(palette.bold(`${summary.totals.leaks} left behind`))];
  const all = summary.scenarios.map(leftBehindByAll);
  if (all.includes('not checked')) return [palette.yellow('not all checked for leaks')];
  return all.includes(0) ? [palette.green('nothing left behind')] : [];
}

function renderSnapshots({ snapshots = [] }: Summary, palette: Palette): readonly string[] {
  const changes = (['added', 'updated', 'removed'] as const).flatMap((change) => {
    const number = snapshots.reduce((sum, file) => sum + file[change], 0);
    return number === 0 ? [] : [`${countOf(number, 'snapshot')} ${change}`];
  });
  return changes.length === 0 ? [] : [palette.yellow(changes.join(', '))];
}

function renderEnding(summary: Summary, palette: Palette): readonly string[] {
  if (summary.interruptedBy !== undefined) {
    return [palette.yellow(`interrupted by ${renderPrintable(summary.interruptedBy)}`)];
  }
  return summary.exitStatus === undefined ? [palette.yellow('the run did not finish')] : [];
}
