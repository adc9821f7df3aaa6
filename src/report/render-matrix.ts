import {
  type ConnectivityFacts,
  type MatrixColumn,
  type MatrixRow,
  type Surprise,
  targetOf,
} from '../core/connectivity.ts';
import type { Json } from '../core/json.ts';
import { connectivityShape } from './connectivity-shape.ts';
import { displayWidth, padEnd, truncate, wrap } from './display-width.ts';
import type { Paint, Palette } from './palette.ts';
import { countOf, renderPrintableLine } from './printable.ts';
import { reportLimits } from './report-limits.ts';
import { fits } from './shape.ts';

/** Between columns, and after the names of rows. */
const gap = 2;
const widestName = 24;

/** The matrix of a `connectivity` step: who asks from above to below, what is asked for from left to right. */
export function renderMatrix(facts: Json, palette: Palette, columns: number): readonly string[] {
  if (!fits(connectivityShape, facts) || facts.columns.length === 0) return [];
  const view = viewOf(facts);
  const heads = view.columns.map(({ column }) => headOf(column));
  const names = view.rows.map(({ from }) => truncate(renderPrintableLine(from), widestName));
  const margin = Math.max(...names.map(displayWidth), displayWidth('from')) + gap;
  const bands = bandsOf(heads, columns - margin);
  const grid = bands.flatMap(({ start, end }) => [
    ...renderBand(facts, view, { start, end, margin, names }, palette),
    '',
  ]);
  const note = noteOf(facts, view);
  return [
    ...grid,
    ...(note === undefined ? [] : wrap(note, columns).map(palette.dim)),
    ...wrap(legendOf(facts, view), columns).map(palette.dim),
    '',
  ];
}

interface View {
  readonly rows: readonly MatrixRow[];
  /** With their place in a row's letters. */
  readonly columns: readonly { readonly column: MatrixColumn; readonly at: number }[];
}

/** Of a matrix too large to look at, only what is not as declared. */
function viewOf(facts: ConnectivityFacts): View {
  const all = facts.columns.map((column, at) => ({ column, at }));
  const { matrixRows, matrixColumns } = reportLimits;
  const isSmall = facts.rows.length <= matrixRows && all.length <= matrixColumns;
  if (isSmall || facts.surprises.length === 0) return { rows: facts.rows, columns: all };
  const rows = facts.rows.filter(({ verdicts }) => /[!?]/.test(verdicts)).slice(0, matrixRows);
  const isWrong = (at: number): boolean => rows.some(({ verdicts }) => /[!?]/.test(verdicts[at] ?? ''));
  return { rows, columns: all.filter(({ at }) => isWrong(at)).slice(0, matrixColumns) };
}

function noteOf(facts: ConnectivityFacts, { rows, columns }: View): string | undefined {
  if (rows.length === facts.rows.length && columns.length === facts.columns.length) return undefined;
  const shown = `${rows.length} of ${countOf(facts.rows.length, 'row')} and ${columns.length} of ${countOf(facts.columns.length, 'column')}`;
  return `${shown}: what is not as declared. The whole matrix is in the facts of this step (--report json)`;
}

interface Head {
  readonly to: string;
  readonly port: string;
  readonly width: number;
}

/** `db` above `5432`; what is not TCP says so. */
function headOf(column: MatrixColumn): Head {
  const to = truncate(renderPrintableLine(column.to), widestName);
  const { port, protocol } = column;
  const name = port === undefined ? protocol : protocol === 'tcp' ? String(port) : `${port}/${protocol}`;
  return { to, port: name, width: Math.max(displayWidth(to), displayWidth(name), widestMark) };
}

const widestMark = 5;

/** As many columns side by side as there is room for. */
function bandsOf(
  heads: readonly Head[],
  room: number,
): readonly { readonly start: number; readonly end: number }[] {
  const bands: { start: number; end: number }[] = [];
  let used = 0;
  for (const [index, { width }] of heads.entries()) {
    const band = bands.at(-1);
    if (band !== undefined && used + width + gap <= room) {
      band.end = index + 1;
      used += width + gap;
    } else {
      bands.push({ start: index, end: index + 1 });
      used = width + gap;
    }
  }
  return bands;
}

interface Band {
  readonly start: number;
  readonly end: number;
  readonly margin: number;
  readonly names: readonly string[];
}

function renderBand(
  facts: ConnectivityFacts,
  view: View,
  { start, end, margin, names }: Band,
  palette: Palette,
): readonly string[] {
  const columns = view.columns.slice(start, end);
  const heads = columns.map(({ column }) => headOf(column));
  const line = (first: string, cells: readonly string[]): string =>
    `${first}${cells.join(' '.repeat(gap))}`.trimEnd();
  const tops = heads.map(({ to, width }, index) => padEnd(heads[index - 1]?.to === to ? '' : to, width));
  const ports = heads.map(({ port, width }) => padEnd(port, width));
  const body = view.rows.map((row, index) => {
    const cells = columns.map(({ at }, place) => {
      const { text, paint } = markOf(facts, row, at, palette);
      return paint(padEnd(text, heads[place]?.width ?? 0));
    });
    return line(padEnd(names[index] ?? '', margin), cells);
  });
  return [
    palette.bold(line(' '.repeat(margin), tops)),
    palette.dim(line(padEnd('from', margin), ports)),
    ...body,
  ];
}

function markOf(
  facts: ConnectivityFacts,
  row: MatrixRow,
  at: number,
  palette: Palette,
): { readonly text: string; readonly paint: Paint } {
  const verdict = row.verdicts[at];
  if (verdict === '.' && row.declared[at] === 'a') return { text: '●', paint: palette.green };
  if (verdict === '.') return { text: '·', paint: palette.dim };
  if (verdict !== '!' && verdict !== '?') return { text: '', paint: (text) => text };
  const suffix = familyOf(facts, row, at) ?? '';
  if (verdict === '?') return { text: `?${suffix}`, paint: palette.yellow };
  const isOpen = row.declared[at] === 'd';
  return { text: `${isOpen ? 'OPEN' : 'shut'}${suffix}`, paint: (text) => palette.red(palette.bold(text)) };
}

function surprisesAt(facts: ConnectivityFacts, { from }: MatrixRow, at: number): readonly Surprise[] {
  const column = facts.columns[at];
  return facts.surprises.filter(
    (one) => one.from === from && column !== undefined && targetOf(one) === targetOf(column),
  );
}

/** The one IP version that is not as declared, where there are two. */
function familyOf(facts: ConnectivityFacts, row: MatrixRow, at: number): string | undefined {
  const [first, ...others] = surprisesAt(facts, row, at);
  return facts.families.length > 1 && others.length === 0 && first !== undefined
    ? String(first.family)
    : undefined;
}

function legendOf(facts: ConnectivityFacts, { rows, columns }: View): string {
  const has = (letter: string): boolean =>
    rows.some(({ verdicts }) => columns.some(({ at }) => verdicts[at] === letter));
  const parts = ['● open', '· closed', 'both as declared'];
  if (has('!')) parts.push('OPEN though denied', 'shut though allowed');
  if (rows.some((row) => columns.some(({ at }) => familyOf(facts, row, at) !== undefined)))
    parts.push('4, 6: over that IP version only');
  if (has('?')) parts.push('? inconclusive');
  return parts.join('   ');
}
