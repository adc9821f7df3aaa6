import CliTable from 'cli-table3';
import { displayWidth, wrap } from './display-width.ts';
import type { Paint } from './palette.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be made narrower than its content, down to this; its text is then wrapped. */
  readonly shrinksTo?: number;
}

export interface Cell {
  /** Printable, without colours. */
  readonly text: string;
  readonly paint?: Paint;
}

const gap = 2;

/** Rows below a quiet heading, no wider than `columns`, nothing cut off. */
export function renderBorderlessTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { readonly columns: number; readonly paintHead: Paint },
): string {
  const widths = fitWidths(columns, rows, options.columns);
  const table = new CliTable({
    chars: borderless,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap, compact: true },
    colAligns: columns.map((column) => column.align ?? 'left'),
  });
  table.push(columns.map((column) => options.paintHead(column.title)));
  const rule = widths.reduce((sum, width) => sum + width + gap, -gap);
  for (const row of rows) table.push(...renderLines(row, widths));
  const [head = '', ...body] = table.toString().split('\n');
  return [head, options.paintHead('─'.repeat(rule)), ...body]
    .map((line) => line.replace(/ +$/, ''))
    .join('\n');
}

/**
 * The lines of a row, each a row for cli-table3, for two reasons: a colour that spans lines would run through the
 * neighbouring columns, and for every line it draws it measures the whole cell, which is slow for long ones.
 */
function renderLines(row: readonly Cell[], widths: readonly number[]): readonly string[][] {
  const cells = row.map((cell, index) => ({ ...cell, lines: wrap(cell.text, widths[index] ?? 0) }));
  const height = Math.max(1, ...cells.map((cell) => cell.lines.length));
  return Array.from({ length: height }, (_, index) =>
    cells.map(({ lines, paint }) => {
      const line = lines[index] ?? '';
      return paint === undefined || line === '' ? line : paint(line);
    }),
  );
}

/** Natural widths; where they are too many, the widest column that may shrink gives way, again and again. */
function fitWidths(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  available: number,
): readonly number[] {
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => widestLine(row[index]?.text ?? ''))),
  );
  let excess = widths.reduce((sum, width) => sum + width + gap, 0) - available;
  while (excess > 0) {
    const index = widestShrinkable(columns, widths);
    if (index === undefined) break;
    widths[index] = (widths[index] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

function widestShrinkable(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let widest: number | undefined;
  for (const [index, column] of columns.entries()) {
    const width = widths[index] ?? 0;
    if (column.shrinksTo === undefined || width <= column.shrinksTo) continue;
    if (widest === undefined || width > (widths[widest] ?? 0)) widest = index;
  }
  return widest;
}

function widestLine(text: string): number {
  return Math.max(...text.split('\n').map(displayWidth));
}

const borderless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
