import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth, padEnd, truncate, wrap } from '../../src/report/display-width.ts';
import { renderPrintable } from '../../src/report/printable.ts';
import { anyText } from './arbitrary-events.ts';

const printable = anyText.map(renderPrintable);

describe('the width of text on a terminal', () => {
  test.each([
    { text: '', columns: 0 },
    { text: 'hello', columns: 5 },
    { text: '✓ – … │', columns: 7 },
    { text: '日本語', columns: 6 },
    { text: 'ｆｕｌｌ', columns: 8 },
    { text: 'e\u0301', columns: 1 },
    { text: '🚀', columns: 2 },
  ])('of "$text" is $columns', ({ text, columns }) => expect(displayWidth(text)).toBe(columns));

  test.each([
    { text: 'hello', columns: 5, shown: 'hello' },
    { text: 'hello', columns: 4, shown: 'hel…' },
    { text: '日本語', columns: 5, shown: '日本…' },
    { text: '日本語', columns: 4, shown: '日…' },
    { text: 'hello', columns: 0, shown: '' },
  ])('"$text" cut to $columns', ({ text, columns, shown }) => expect(truncate(text, columns)).toBe(shown));

  test.each([
    { text: 'one two three', columns: 8, lines: ['one two', 'three'] },
    { text: 'abcdefghij', columns: 4, lines: ['abcd', 'efgh', 'ij'] },
    { text: 'a abcdefgh', columns: 4, lines: ['a', 'abcd', 'efgh'] },
    { text: 'two\nlines', columns: 10, lines: ['two', 'lines'] },
    { text: '日本語', columns: 4, lines: ['日本', '語'] },
  ])('"$text" wrapped at $columns', ({ text, columns, lines }) => expect(wrap(text, columns)).toEqual(lines));

  test('nothing is wider than asked for, and wrapping loses nothing but blanks', () => {
    fc.assert(
      fc.property(printable, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        expect(displayWidth(truncate(text, columns))).toBeLessThanOrEqual(columns);
        const lines = wrap(text, columns);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        expect(displayWidth(padEnd(text, columns))).toBe(Math.max(columns, displayWidth(text)));
      }),
    );
  });
});
