import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitShellWords } from '../../../../src/scenario/plan/service/shell-words.ts';

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['  a   b\tc\n', ['a', 'b', 'c']],
  [`'a b' "c d"`, ['a b', 'c d']],
  [`a'b'"c"d`, ['abcd']],
  [`'' ""`, ['', '']],
  [String.raw`a\ b \"c`, ['a b', '"c']],
  [String.raw`"a\"b\\c\n"`, [String.raw`a"b\c\n`]],
  [String.raw`'a\b'`, [String.raw`a\b`]],
  ['$HOME $x', ['$HOME', '$x']],
  [`'a|b;c'`, ['a|b;c']],
  ['*.txt ~', ['*.txt', '~']],
];

test.each(cases)('R13 a command as text: %j', (text, words) => {
  expect(splitShellWords(text)).toEqual({ kind: 'words', words });
});

test.each([
  ['a | b', '|'],
  ['a>b', '>'],
  ['a && b', '&'],
  ['a `b`', '`'],
  ['a $(b)', '$('],
])('R13 what only a shell understands is not cut off silently: %s', (text, operator) => {
  expect(splitShellWords(text)).toEqual({ kind: 'operator', operator });
});

test.each([`'a`, `"a`, 'a\\'])('R13 a quote without its end: %s', (text) => {
  expect(splitShellWords(text).kind).toBe('unterminated');
});

test('R13 words quoted for a shell come back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
      expect(splitShellWords(quoted)).toEqual({ kind: 'words', words });
    }),
  );
});
