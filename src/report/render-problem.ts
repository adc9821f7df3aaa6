import type { Problem } from '../core/event.ts';
import { renderDiagnostic } from './diagnostic.ts';
import type { Paint, Palette } from './palette.ts';
import { cutLine, cutLines, renderPrintable } from './printable.ts';
import { reportLimits } from './report-limits.ts';

/** A problem in full: what, where with the source, expected against actual, what to do. */
export function renderProblem(problem: Problem, palette: Palette): readonly string[] {
  return renderDiagnostic(
    {
      severity: 'error',
      code: problem.code,
      message: nameSubject(problem),
      at: problem.at,
      sourceLine: problem.sourceLine,
      hint: problem.hint,
      details: renderComparison(problem, palette),
    },
    palette,
  );
}

function nameSubject({ subject, message }: Problem): string {
  return subject === undefined || subject === '' || message.includes(subject)
    ? message
    : `${subject}: ${message}`;
}

/** A pair of values that fit on a line each says more than a diff; for longer ones it is the other way round. */
function renderComparison(problem: Problem, palette: Palette): readonly string[] {
  const { expected, actual, diff } = problem;
  const isShort = !expected?.includes('\n') && !actual?.includes('\n');
  const hasDiff = diff !== undefined && diff.length > 0;
  const values = [
    ...renderValue('expected', expected, palette.green),
    ...renderValue('actual', actual, palette.red),
  ];
  if (!hasDiff) return values;
  const legend = `${palette.green('- expected')}  ${palette.red('+ actual')}`;
  const rendered = [legend, ...renderDiff(diff, palette)];
  return isShort && values.length > 0 ? [...values, ...(diff.length > 2 ? ['', ...rendered] : [])] : rendered;
}

function renderValue(label: string, value: string | undefined, paint: Paint): readonly string[] {
  if (value === undefined) return [];
  const lines = cutLines(value.split('\n').map(printableCode), reportLimits.valueLines);
  return lines.map((line, index) => `${index === 0 ? label.padEnd(10) : ' '.repeat(10)}${paint(line)}`);
}

function renderDiff(diff: readonly string[], palette: Palette): readonly string[] {
  const paintLine = (line: string): string => {
    if (line === '') return '';
    if (line.startsWith('-')) return palette.green(line);
    if (line.startsWith('+')) return palette.red(line);
    return palette.dim(line);
  };
  return cutLines(diff.map(printableCode), reportLimits.diffLines).map(paintLine);
}

/** Here a tab is not a blank: it may be the difference. */
function printableCode(text: string): string {
  return renderPrintable(cutLine(text));
}
