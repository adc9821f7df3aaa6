import {
  type CellVerdict,
  type ConnectivityFacts,
  type Family,
  type MatrixColumn,
  type MatrixRow,
  outcomeLetters,
  type Surprise,
  targetOf,
} from '../../core/connectivity.ts';
import type { Column } from './choose-columns.ts';
import { groupBy } from './group-by.ts';
import { judgeCell } from './judge.ts';
import type { MeasuredCell } from './measured-cell.ts';
import { declaredFor, type Truth } from './truth.ts';

export interface Matrix {
  readonly truth: Truth;
  readonly families: readonly Family[];
  /** Who asks. */
  readonly services: readonly string[];
  readonly columns: readonly Column[];
  readonly cells: readonly MeasuredCell[];
  readonly leftOut: ConnectivityFacts['leftOut'];
}

/** Of the facts: a table that is wrong everywhere would fill the event stream. The letters of all cells are there. */
const mostSurprises = 1_000;
const gravity: readonly CellVerdict[] = ['too-open', 'too-closed', 'inconclusive'];

/** The whole matrix, as the event of the step carries it. */
export function composeFacts(matrix: Matrix): ConnectivityFacts {
  const { truth, families, services, columns, cells, leftOut } = matrix;
  const byKey = new Map(cells.map((cell) => [keyOf(cell.from, cell, cell.family), cell]));
  const byColumn = groupBy(cells, targetOf);
  const at = (from: string, column: Column, family: Family): MeasuredCell | undefined =>
    byKey.get(keyOf(from, column, family));
  const surprises = cells
    .flatMap((cell) => surpriseOf(cell, truth))
    .sort((left, right) => gravity.indexOf(left.verdict) - gravity.indexOf(right.verdict));
  const more = surprises.length - mostSurprises;
  const cut = waysCut(cells);
  const rows = services.map((from): MatrixRow => {
    const of = (letter: (column: Column) => string): string => columns.map(letter).join('');
    return {
      from,
      declared: of((column) => (from === column.to ? '-' : declaredLetter(truth, from, column))),
      measured: Object.fromEntries(
        families.map((family) => [`ipv${family}`, of((column) => measuredLetter(at(from, column, family)))]),
      ),
      verdicts: of((column) =>
        verdictLetter(
          families.flatMap((family) => at(from, column, family) ?? []),
          truth,
        ),
      ),
    };
  });
  return {
    version: 1,
    summary: summarize(matrix, surprises, cut.length),
    default: truth.default,
    families,
    columns: columns.map((column) => withListeners(column, byColumn.get(targetOf(column)) ?? [], families)),
    rows,
    surprises: surprises.slice(0, mostSurprises),
    ...(more > 0 ? { moreSurprises: more } : {}),
    ...(cut.length > 0 ? { cut } : {}),
    leftOut,
  };
}

function keyOf(from: string, { to, protocol, port }: Column, family: Family): string {
  return `${from} ${to} ${protocol} ${port ?? ''} ${family}`;
}

const declaredLetter = (truth: Truth, from: string, column: Column): string =>
  declaredFor(truth, { from, ...column }) === 'allow' ? 'a' : 'd';

const measuredLetter = (cell: MeasuredCell | undefined): string =>
  cell === undefined ? '-' : outcomeLetters[cell.outcome];

function verdictLetter(cells: readonly MeasuredCell[], truth: Truth): string {
  if (cells.length === 0) return '-';
  const verdicts = cells.map((cell) => judgeCell(declaredFor(truth, cell), cell));
  if (verdicts.some((verdict) => verdict === 'too-open' || verdict === 'too-closed')) return '!';
  return verdicts.includes('inconclusive') ? '?' : '.';
}

function surpriseOf(cell: MeasuredCell, truth: Truth): readonly Surprise[] {
  const { from, to, protocol, port, family, outcome } = cell;
  const declared = declaredFor(truth, cell);
  const verdict = judgeCell(declared, cell);
  if (verdict === 'pass') return [];
  const known =
    cell.isCut && outcome !== 'open' ? `${cell.evidence}; a partition cuts this way` : cell.evidence;
  const why = verdict === 'inconclusive' ? `${known}${doubtOf(cell)}` : known;
  const place = { from, to, protocol, ...(port === undefined ? {} : { port }), family };
  return [{ ...place, declared, outcome, verdict, why }];
}

function doubtOf({ to, outcome, witnessed, faults = [] }: MeasuredCell): string {
  if (outcome === 'unmeasured') return '';
  if (faults.length > 0)
    return `; but with a fault on the line (${faults.join(', ')}), that shows nothing of the networks`;
  if (witnessed) return '';
  return `; but the helper at ${to} did not see its own packets either, so its silence shows nothing`;
}

/** Ways that a partition cut: that they are closed holds for as long as it lasts, and the report is to say so. */
function waysCut(cells: readonly MeasuredCell[]): NonNullable<ConnectivityFacts['cut']> {
  const cut = new Map(
    cells.flatMap(({ isCut, from, to }) => (isCut ? [[`${from} ${to}`, { from, to }]] : [])),
  );
  return [...cut.values()];
}

/** One and the same for all who ask. */
function withListeners(
  column: Column,
  own: readonly MeasuredCell[],
  families: readonly Family[],
): MatrixColumn {
  const listeners = families.flatMap((family) => {
    const listener = own.find((cell) => cell.family === family)?.listener;
    return listener === undefined ? [] : [[`ipv${family}`, listener] as const];
  });
  return { ...column, listeners: Object.fromEntries(listeners) };
}

function summarize(
  { services, columns, cells, families }: Matrix,
  surprises: readonly Surprise[],
  cut: number,
): string {
  const versions = families.map((family) => `IPv${family}`).join(' and ');
  const asked = `${services.length} services, ${columns.length} targets, ${cells.length} cells over ${versions}`;
  const [wrong, unknown] = [
    surprises.filter(({ verdict }) => verdict !== 'inconclusive').length,
    surprises.filter(({ verdict }) => verdict === 'inconclusive').length,
  ];
  const results = [
    ...(wrong > 0 ? [`${wrong} not as declared`] : []),
    ...(unknown > 0 ? [`${unknown} inconclusive`] : []),
  ];
  const meanwhile = cut === 0 ? '' : `, while a partition cuts ${cut} ${cut === 1 ? 'way' : 'ways'}`;
  return `${asked}: ${results.length === 0 ? 'all as declared' : results.join(', ')}${meanwhile}`;
}
