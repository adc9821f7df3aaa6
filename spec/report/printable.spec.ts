import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  cutLine,
  cutLines,
  renderFirstLine,
  renderPrintable,
  renderPrintableLine,
  renderPrintableText,
} from '../../src/report/printable.ts';
import { reportLimits } from '../../src/report/report-limits.ts';
import { anyText } from './arbitrary-events.ts';

/** What a terminal may act upon, or a reader be deceived by. */
const harmful =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

describe('foreign text', () => {
  test.each([
    { name: 'an escape sequence', text: '\x1b[2J\x1b]0;title\x07', shown: '\\x1b[2J\\x1b]0;title\\x07' },
    { name: 'an 8-bit escape sequence', text: '\x9b31m', shown: '\\x9b31m' },
    { name: 'a newline, a return, a tab', text: 'a\nb\rc\td', shown: 'a\\nb\\rc\\td' },
    { name: 'a bidi override', text: '\u202egnp.exe', shown: '\\u{202e}gnp.exe' },
    { name: 'half a pair', text: 'a\ud83db', shown: 'a\\u{d83d}b' },
    { name: 'a line separator', text: 'a\u2028b', shown: 'a\\u{2028}b' },
    { name: 'invisible tag characters', text: 'a\u{e0061}', shown: 'a\\u{e0061}' },
    { name: 'a family of emoji and Persian joiners', text: '👩‍👩‍👧 می‌خواهم', shown: '👩‍👩‍👧 می‌خواهم' },
    { name: 'ordinary text', text: 'naïve 日本語', shown: 'naïve 日本語' },
  ])('$name', ({ text, shown }) => expect(renderPrintable(text)).toBe(shown));

  test('is harmless whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(renderPrintable(text)).not.toMatch(harmful);
        expect(renderPrintableLine(text)).not.toMatch(harmful);
        expect(renderPrintableText(text).replaceAll('\n', '')).not.toMatch(harmful);
      }),
    );
  });

  test('a line of a log loses its tabs and its carriage return, as a terminal would show it', () => {
    expect(renderPrintableLine('\tat main (x.js:1)\r')).toBe('    at main (x.js:1)');
  });

  test('an overlong line says how much is missing', () => {
    const most = reportLimits.lineCharacters;
    expect(cutLine('x'.repeat(most))).toBe('x'.repeat(most));
    expect(cutLine('x'.repeat(most + 7))).toBe(`${'x'.repeat(most)}… (7 more characters)`);
    expect(cutLine(`${'x'.repeat(most - 1)}😀`)).toBe(`${'x'.repeat(most - 1)}… (2 more characters)`);
  });

  test('too many lines say how many are missing', () => {
    expect(cutLines(['a', 'b'], 2)).toEqual(['a', 'b']);
    expect(cutLines(['a', 'b'], 1)).toEqual(['a', '… 1 more line']);
    expect(cutLines(['a', 'b', 'c'], 1)).toEqual(['a', '… 2 more lines']);
  });
});

describe('where there is room for one line', () => {
  test.each([
    ['exit is 3', 'exit is 3'],
    ['exit is 3\nand more', 'exit is 3'],
    ['exit is 3; its last words:\n  bad\n  worse', 'exit is 3'],
    ['not ready: 1; its last words:\n  bad', 'not ready: 1'],
    ['of one line; its last words:', 'of one line; its last words:'],
  ])('%j', (text, shown) => expect(renderFirstLine(text)).toBe(shown));
});
