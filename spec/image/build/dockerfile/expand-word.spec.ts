import { describe, expect, test } from 'vitest';
import {
  expandHeredoc,
  expandWord,
  expandWords,
} from '../../../../src/image/build/dockerfile/expand-word.ts';

const values: Readonly<Record<string, string>> = {
  HOME: '/home',
  EMPTY: '',
  PATHS: 'a/b/c.tar.gz',
  LIST: 'one two',
};
const variables = (name: string): string | undefined => values[name];

describe('a word, as BuildKit expands it', () => {
  test.each([
    ['$HOME/x', '/home/x'],
    ['${HOME}x', '/homex'],
    ['$HOMEx', ''],
    ['\\$HOME', '$HOME'],
    ["'$HOME'", '$HOME'],
    ['"$HOME"', '/home'],
    ['"a\\"b\\$c\\\\d\\e"', 'a"b$c\\d\\e'],
    ['a\\ b', 'a b'],
    ['$', '$'],
    ['a$', 'a$'],
    ['$1a', 'a'],
    ['${NOPE:-other}', 'other'],
    ['${EMPTY:-other}', 'other'],
    ['${EMPTY-other}', ''],
    ['${NOPE-other}', 'other'],
    ['${HOME:+set}', 'set'],
    ['${EMPTY:+set}', ''],
    ['${EMPTY+set}', 'set'],
    ['${NOPE:-${HOME}/x}', '/home/x'],
    ['${NOPE:-"a b"}', 'a b'],
    ['${PATHS#*/}', 'b/c.tar.gz'],
    ['${PATHS##*/}', 'c.tar.gz'],
    ['${PATHS%.*}', 'a/b/c.tar'],
    ['${PATHS%%.*}', 'a/b/c'],
    ['${PATHS/b/X}', 'a/X/c.tar.gz'],
    ['${PATHS//[.]/X}', 'a/b/c.tar.gz'],
    ['${PATHS//a/X}', 'X/b/c.tXr.gz'],
  ])('%s is %s', (word, wanted) => expect(expandWord(word, variables, '\\')).toBe(wanted));

  test('the backtick escapes where the file says so', () => {
    expect(expandWord('C:\\dir`$HOME', variables, '`')).toBe('C:\\dir$HOME');
  });

  test.each([
    '${',
    '${HOME',
    '${HOME:',
    '${}',
    "'open",
    '"open',
    '${NOPE?}',
    '${NOPE:?is needed}',
    '${HOME^}',
  ])('%s is a mistake', (word) => expect(() => expandWord(word, variables, '\\')).toThrow());

  test('no pattern makes it slow', () => {
    const long = 'a'.repeat(3000);
    const slow = expandWord(`\${X%${'*a'.repeat(40)}b}`, () => long, '\\');
    expect(slow).toBe(long);
  });
});

test('words part at spaces that no quote protects, also those of a value', () => {
  expect(expandWords('80 "$LIST" $LIST  x\\ y', variables, '\\')).toEqual([
    '80',
    'one two',
    'one',
    'two',
    'x y',
  ]);
});

test('in a here-document quotes are what they are', () => {
  expect(expandHeredoc('it\'s "$HOME" \\$HOME\n', variables)).toBe('it\'s "/home" $HOME\n');
});
