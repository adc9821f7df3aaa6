import { describe, expect, test } from 'vitest';
import { withLastWords } from '../../../src/scenario/run/last-words.ts';

describe('the last words of a process in a message', () => {
  test.each([
    ['nothing written', [], [], 'it ended'],
    ['blank lines only', ['', ' '], [''], 'it ended'],
    ['standard output', [], ['up', ''], 'it ended; its last words:\n  up'],
    ['standard error before standard output', ['bad'], ['up'], 'it ended; its last words:\n  bad'],
    ['at most three lines', ['1', '2', '3', '4'], [], 'it ended; its last words:\n  2\n  3\n  4'],
  ])('%s', (_name, stderr, stdout, message) => {
    expect(withLastWords('it ended', stderr, stdout)).toBe(message);
  });

  test('a line too long for a message is cut', () => {
    expect(withLastWords('it ended', ['x'.repeat(1000)])).toHaveLength(
      'it ended; its last words:\n  '.length + 400,
    );
  });
});
