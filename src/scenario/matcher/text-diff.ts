import { escapeInvisible } from './show-fact.ts';

/** Beyond so many changed lines the rest is shown as replaced whole: the search costs their square. */
export const maxDiffEdits = 500;
/** More lines of a diff than this are counted, not shown. */
export const maxDiffLines = 100;
/** Unchanged lines shown around a change. */
const contextLines = 3;

type Edit = readonly [mark: ' ' | '-' | '+', line: string];

/** A unified diff of two texts: ` ` common, `-` expected, `+` actual, `@@` where it jumps. Empty when they are equal. */
export function diffTexts(expected: string, actual: string): readonly string[] {
  if (expected === actual) return [];
  const edits = diffLines(splitLines(expected), splitLines(actual));
  const lines = renderHunks(edits);
  if (lines.length <= maxDiffLines) return lines;
  const more = lines.length - maxDiffLines;
  return [
    ...lines.slice(0, maxDiffLines),
    `… ${more} more lines of difference (maxDiffLines is ${maxDiffLines})`,
  ];
}

/** Lines with their ends, so that a missing final newline is a difference that can be seen. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function diffLines(expected: readonly string[], actual: readonly string[]): readonly Edit[] {
  let start = 0;
  while (start < expected.length && start < actual.length && expected[start] === actual[start]) start += 1;
  let end = 0;
  const longest = Math.min(expected.length, actual.length) - start;
  while (end < longest && expected.at(-1 - end) === actual.at(-1 - end)) end += 1;
  const common = (line: string): Edit => [' ', line];
  return [
    ...expected.slice(0, start).map(common),
    ...shortestEdits(expected.slice(start, expected.length - end), actual.slice(start, actual.length - end)),
    ...expected.slice(expected.length - end).map(common),
  ];
}

/** E. Myers, An O(ND) Difference Algorithm and Its Variations, 1986. `furthest[k]` is the furthest x on diagonal k = x - y. */
function shortestEdits(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const trace: ReadonlyMap<number, number>[] = [];
  let furthest: ReadonlyMap<number, number> = new Map([[1, 0]]);
  for (let edits = 0; edits <= Math.min(before.length + after.length, maxDiffEdits); edits += 1) {
    trace.push(furthest);
    const reached = new Map<number, number>();
    for (let k = -edits; k <= edits; k += 2) {
      let x = stepFrom(furthest, k, edits);
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x += 1;
      reached.set(k, x);
      if (x >= before.length && x - k >= after.length) return walkBack(before, after, trace);
    }
    furthest = reached;
  }
  return [...before.map((line): Edit => ['-', line]), ...after.map((line): Edit => ['+', line])];
}

/** Where diagonal `k` begins after one more edit: down from k + 1 (an insertion) or right from k - 1 (a deletion). */
function stepFrom(furthest: ReadonlyMap<number, number>, k: number, edits: number): number {
  const right = furthest.get(k - 1) ?? -1;
  const down = furthest.get(k + 1) ?? -1;
  return k === -edits || (k !== edits && right < down) ? down : right + 1;
}

function walkBack(
  before: readonly string[],
  after: readonly string[],
  trace: readonly ReadonlyMap<number, number>[],
): readonly Edit[] {
  const edits: Edit[] = [];
  let x = before.length;
  let y = after.length;
  for (let step = trace.length - 1; step >= 0; step -= 1) {
    const furthest = trace[step] ?? new Map<number, number>();
    const k = x - y;
    const startX = stepFrom(furthest, k, step);
    const startY = startX - k;
    while (x > startX && y > startY) {
      x -= 1;
      y -= 1;
      edits.push([' ', before[x] ?? '']);
    }
    if (step === 0) break;
    const right = furthest.get(k - 1) ?? -1;
    const down = furthest.get(k + 1) ?? -1;
    if (k === -step || (k !== step && right < down)) {
      y -= 1;
      edits.push(['+', after[y] ?? '']);
    } else {
      x -= 1;
      edits.push(['-', before[x] ?? '']);
    }
  }
  return edits.reverse();
}

function renderHunks(edits: readonly Edit[]): readonly string[] {
  const isNearChange = edits.map(() => false);
  for (const [index, [mark]] of edits.entries()) {
    if (mark !== ' ') isNearChange.fill(true, Math.max(0, index - contextLines), index + contextLines + 1);
  }
  const lines: string[] = [];
  const at = { expected: 1, actual: 1 };
  for (const [index, edit] of edits.entries()) {
    const [mark] = edit;
    if (isNearChange[index] === true) {
      if (isNearChange[index - 1] !== true && index > 0) lines.push(`@@ -${at.expected} +${at.actual} @@`);
      lines.push(...renderLine(edit));
    }
    if (mark !== '+') at.expected += 1;
    if (mark !== '-') at.actual += 1;
  }
  return lines;
}

function renderLine([mark, line]: Edit): readonly string[] {
  const shown = mark + escapeInvisible(line.replace(/\n$/, ''));
  return line.endsWith('\n') ? [shown] : [shown, '\\ No newline at end of text'];
}
