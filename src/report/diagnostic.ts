import { renderLocation, type SourceLocation } from '../core/source-location.ts';
import { displayWidth } from './display-width.ts';
import type { Palette } from './palette.ts';
import { renderPrintable } from './printable.ts';

/** Something wrong with its place and remedy, whichever way it came to be known. */
interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly at?: SourceLocation | undefined;
  readonly sourceLine?: string | undefined;
  /** How many characters the caret underlines. */
  readonly length?: number;
  readonly hint?: string | undefined;
  /** Printable lines between the source and the hint. */
  readonly details?: readonly string[];
}

/** Of a source line longer than this, the part around the caret is shown. */
const sourceCharacters = 160;

/** The shape of core's `renderError`, with colours and with every foreign character made harmless. */
export function renderDiagnostic(diagnostic: Diagnostic, palette: Palette): readonly string[] {
  const { severity, code, at, hint = '', details = [] } = diagnostic;
  const paint = severity === 'error' ? palette.red : palette.yellow;
  const [first = '', ...rest] = diagnostic.message.split('\n').map(renderPrintable);
  const gutter = ' '.repeat(at === undefined ? 1 : String(at.line).length);
  const bar = palette.dim(`${gutter} |`);
  const lines = [`${paint(palette.bold(`${severity}[${code}]`))}: ${palette.bold(first)}`, ...rest];
  if (at !== undefined) {
    lines.push(`${palette.dim(`${gutter} -->`)} ${palette.cyan(renderPrintable(renderLocation(at)))}`);
    if (diagnostic.sourceLine !== undefined) {
      const { shown, caret } = excerpt(diagnostic.sourceLine, at.column, diagnostic.length ?? 1);
      lines.push(bar, `${palette.dim(`${at.line} |`)} ${shown}`, `${bar} ${paint(caret)}`);
    }
  }
  for (const detail of details) lines.push(detail === '' ? bar : `${bar} ${detail}`);
  if (hint !== '') lines.push(`${palette.dim(`${gutter} =`)} ${palette.dim(renderPrintable(hint))}`);
  return lines;
}

/** The source line and, below it, the caret under the same characters, however wide they are. */
function excerpt(
  sourceLine: string,
  column: number,
  length: number,
): { readonly shown: string; readonly caret: string } {
  const start = Math.max(0, column - 1);
  const isLong = sourceLine.length > sourceCharacters;
  const from = isLong ? Math.max(0, start - sourceCharacters / 2) : 0;
  const to = isLong ? from + sourceCharacters : sourceLine.length;
  const show = (begin: number, end: number): string =>
    renderPrintable(sourceLine.slice(begin, end).replaceAll('\t', ' '));
  const before = (from > 0 ? '…' : '') + show(from, start);
  const beyondEnd = Math.max(0, start - Math.max(from, sourceLine.length));
  const marked = show(start, Math.min(start + length, to));
  const missing = start + length > to && !isLong ? length - Math.max(0, to - start) : 0;
  return {
    shown: `${before}${show(start, to)}${to < sourceLine.length ? '…' : ''}`,
    caret:
      ' '.repeat(displayWidth(before) + beyondEnd) + '^'.repeat(Math.max(1, displayWidth(marked) + missing)),
  };
}
