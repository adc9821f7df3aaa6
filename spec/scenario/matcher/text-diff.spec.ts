import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffLines, diffTexts, maxDiffEdits, maxDiffLines } from '../../../src/scenario/matcher/text-diff.ts';

const numbered = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}\n`).join('');

describe('R21 a diff of two texts', () => {
  test.each([
    ['nothing when they are equal', 'a\nb\n', 'a\nb\n', []],
    ['a changed line between its neighbours', 'a\nb\nc\n', 'a\nx\nc\n', [' a', '-b', '+x', ' c']],
    ['an added line', 'a\nc\n', 'a\nb\nc\n', [' a', '+b', ' c']],
    ['a removed line', 'a\nb\nc\n', 'a\nc\n', [' a', '-b', ' c']],
    ['everything new', '', 'a\n', ['+a']],
    ['a missing final newline', 'a\n', 'a', ['-a', '+a', '\\ No newline at end of text']],
    ['control characters by their names', 'a\n', 'a\u001b\r\n', ['-a', '+a\\x1b\\r']],
    ['moved lines shortest', 'a\nb\nc\nd\n', 'b\nc\nd\na\n', ['-a', ' b', ' c', ' d', '+a']],
  ])('%s', (_, expected, actual, lines) => {
    expect(diffTexts(expected, actual)).toEqual(lines);
  });

  test('leaves out what is far from any change and says where it goes on', () => {
    const actual = numbered(30).replace('10\n', 'ten\n').replace('25\n', '');
    expect(diffTexts(numbered(30), actual)).toEqual([
      '@@ -8 +8 @@',
      ' 7',
      ' 8',
      ' 9',
      '-10',
      '+ten',
      ' 11',
      ' 12',
      ' 13',
      '@@ -23 +23 @@',
      ' 22',
      ' 23',
      ' 24',
      '-25',
      ' 26',
      ' 27',
      ' 28',
    ]);
  });

  test('counts lines beyond its limit', () => {
    const lines = diffTexts(numbered(300, 'a'), numbered(300, 'b'));
    expect(lines).toHaveLength(maxDiffLines + 1);
    expect(lines.at(-1)).toBe(`… 500 more lines of difference (maxDiffLines is ${maxDiffLines})`);
  });

  test('gives up searching beyond its limit and shows all as replaced', () => {
    const before = Array.from({ length: maxDiffEdits }, (_, index) =>
      index % 2 === 0 ? 'same' : `a${index}`,
    );
    const after = Array.from({ length: maxDiffEdits * 2 }, (_, index) =>
      index % 2 === 0 ? 'same' : `b${index}`,
    );
    const marks = diffLines(['x', ...before], ['x', ...after]).map(([mark]) => mark);
    expect(marks.filter((mark) => mark !== ' ').length).toBeGreaterThan(maxDiffEdits);
  });

  test('leads from the one to the other, with no more edits than needed', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const edits = diffLines(before, after);
        expect(edits.filter(([mark]) => mark !== '+').map(([, line]) => line)).toEqual(before);
        expect(edits.filter(([mark]) => mark !== '-').map(([, line]) => line)).toEqual(after);
        const common = edits.filter(([mark]) => mark === ' ').length;
        expect(common).toBe(longestCommonSubsequence(before, after));
      }),
    );
  });
});

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  let previous = Array.from({ length: b.length + 1 }, () => 0);
  for (const line of a) {
    const current = [0];
    for (const [index, other] of b.entries()) {
      const diagonal = (previous[index] ?? 0) + 1;
      current.push(line === other ? diagonal : Math.max(previous[index + 1] ?? 0, current[index] ?? 0));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
