import { describe, expect, test } from 'vitest';
import { createMasker } from '../../../src/scenario/mask/create-masker.ts';
import { withLastWords } from '../../../src/scenario/run/last-words.ts';

const open = createMasker({});

describe('the last words of a process in a message', () => {
  test.each([
    ['nothing written', [], [], 'it ended'],
    ['blank lines only', ['', ' '], [''], 'it ended'],
    ['standard output', [], ['up', ''], 'it ended; its last words:\n  up'],
    ['standard error before standard output', ['bad'], ['up'], 'it ended; its last words:\n  bad'],
    ['at most three lines', ['1', '2', '3', '4'], [], 'it ended; its last words:\n  2\n  3\n  4'],
  ])('%s', (_name, stderr, stdout, message) => {
    expect(withLastWords('it ended', { stdout, stderr }, open)).toBe(message);
  });

  test('a line too long for a message is cut', () => {
    expect(withLastWords('it ended', { stdout: [], stderr: ['x'.repeat(1000)] }, open)).toHaveLength(
      'it ended; its last words:\n  '.length + 400,
    );
  });

  test('R8 a secret that would be cut in two is masked first', () => {
    const line = `${'x'.repeat(392)}s3cr3t-value`;
    const message = withLastWords(
      'it ended',
      { stdout: [], stderr: [line] },
      createMasker({ S: 's3cr3t-value' }),
    );
    expect(message).toBe(`it ended; its last words:\n  ${'x'.repeat(392)}***`);
  });
});
