import { renderDuration } from '../core/units.ts';
import { displayWidth, padEnd, truncate } from './display-width.ts';
import { renderFactsSummary } from './facts-summary.ts';
import { outcomeMark, outcomePaint, type Palette } from './palette.ts';
import { countOf, renderFirstLine, renderPrintableLine } from './printable.ts';
import { isFinallyStep, type StepTree } from './step-tree.ts';
import type { StepSummary } from './summary.ts';

/** The steps of an attempt as a tree: nested ones (`during`, `parallel`) below the step that holds them. */
export function renderSteps(
  tree: StepTree,
  planned: number,
  palette: Palette,
  columns: number,
): readonly string[] {
  const rows = tree.below().map((step) => ({ step, depth: tree.holdersOf(step).length, text: label(step) }));
  const widest = Math.max(0, ...rows.map(({ depth, text }) => 2 * depth + displayWidth(text)));
  const width = Math.min(widest, Math.max(20, columns - noteColumns));
  const render = ({ step, depth, text }: (typeof rows)[number]): readonly string[] => {
    const summary = renderFactsSummary(step.facts);
    const indent = '  '.repeat(depth + 1);
    return [
      renderStep(step, depth, text, width, palette),
      ...(summary === undefined
        ? []
        : [palette.dim(`${indent}${truncate(summary, columns - indent.length)}`)]),
    ];
  };
  const missing = planned - tree.planned.length;
  const final = rows.filter(({ step }) => isFinallyStep(step)).flatMap(render);
  return [
    ...rows.filter(({ step }) => !isFinallyStep(step)).flatMap(render),
    ...(missing > 0 ? [palette.dim(`  ${countOf(missing, 'more step')} did not run`)] : []),
    ...(final.length > 0 ? [palette.dim('finally'), ...final] : []),
  ];
}

/** Room for the mark, the duration, and `12 tries` or `partition for 500 ms`. */
const noteColumns = 34;

function renderStep(step: StepSummary, depth: number, text: string, width: number, palette: Palette): string {
  const paint = outcomePaint(step.outcome, palette);
  const indent = '  '.repeat(depth);
  const name = padEnd(truncate(text, width - indent.length), width - indent.length);
  const isQuiet = step.outcome === 'passed' || step.outcome === 'skipped';
  const mark = paint(outcomeMark(step.outcome));
  return `${indent}${mark} ${isQuiet ? name : palette.bold(name)}  ${palette.dim(note(step))}`.trimEnd();
}

function label(step: StepSummary): string {
  const place = step.in === undefined ? '' : `  in ${renderPrintableLine(step.in)}`;
  return `${renderPrintableLine(step.name)}${place}`;
}

function note(step: StepSummary): string {
  if (step.outcome === 'unfinished') return 'did not finish';
  if (step.outcome === 'skipped') {
    const why = renderFirstLine(step.reason ?? '').trim();
    return why === '' ? 'skipped' : `skipped: ${why}`;
  }
  const tries = step.tries > 1 ? `  ${step.tries} tries` : '';
  return `${renderDuration(step.durationMs).padStart(8)}${tries}${faultNote(step)}`;
}

/** What held while the steps below it ran. */
function faultNote({ fault }: StepSummary): string {
  if (fault === undefined) return '';
  if (fault.ended === undefined) return `  ${fault.kind}`;
  const { lastedMs, undone } = fault.ended;
  return `  ${fault.kind} for ${renderDuration(lastedMs)}${undone ? '' : ', not undone'}`;
}
