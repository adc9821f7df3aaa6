import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MayflyError, renderError } from '../../src/core/mayfly-error.ts';
import { renderErrors } from '../../src/report/render-errors.ts';
import { anyText } from './arbitrary-events.ts';

const at = { file: 'shop.yaml', line: 12, column: 7 };
const unknownKey = new MayflyError('SCENARIO_UNKNOWN_KEY', 'unknown key `stdot`', {
  at,
  sourceLine: '      stdot: hello',
  length: 5,
  hint: 'did you mean `stdout`?',
});
const errors = [
  unknownKey,
  new MayflyError('SCENARIO_SYNTAX', 'no source line', { at }),
  new MayflyError('CLI_NOTHING_MATCHED', 'no place'),
  new MayflyError('CANCELLED', 'neither place nor hint'),
  new MayflyError('SCENARIO_YAML_TRAP', 'a tab', {
    at: { ...at, line: 3 },
    sourceLine: '\t\tname: x',
    length: 4,
  }),
  new MayflyError('SCENARIO_YAML_TRAP', 'beyond the end', {
    at: { ...at, column: 5 },
    sourceLine: 'abc',
    length: 2,
  }),
];

describe('errors of the input', () => {
  test.each(errors.map((error) => ({ name: error.message, error })))(
    'R2 have the shape that core gives them: $name',
    ({ error }) => expect(renderErrors([error], { color: false })).toBe(renderError(error)),
  );

  test('R2 are all shown, one below the other', () => {
    expect(renderErrors(errors, { color: false })).toBe(
      errors.map((error) => renderError(error)).join('\n\n'),
    );
  });

  test('colour the code and the caret, and change nothing else', () => {
    const colored = renderErrors([unknownKey], { color: true });
    expect(colored).toContain('\x1b[31m\x1b[1merror[SCENARIO_UNKNOWN_KEY]\x1b[22m\x1b[39m');
    expect(colored).toContain('\x1b[31m      ^^^^^\x1b[39m');
    expect(stripVTControlCharacters(colored)).toBe(renderError(unknownKey));
  });

  test('may be warnings', () => {
    const text = renderErrors([unknownKey], { color: false, severity: 'warning' });
    expect(text).toBe(renderError(unknownKey, 'warning'));
  });

  test('of a very long line show the part around the caret', () => {
    const sourceLine = `${'a'.repeat(1000)}KEY${'b'.repeat(1000)}`;
    const text = renderErrors(
      [new MayflyError('SCENARIO_SYNTAX', 'm', { at: { ...at, column: 1001 }, sourceLine, length: 3 })],
      { color: false },
    );
    const [, , , source = '', caret = ''] = text.split('\n');
    expect(source.length).toBeLessThan(200);
    expect(source.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('KEY');
    expect(source).toMatch(/^12 \| …a+KEYb+…$/);
  });

  test('never act upon the terminal, whatever stands in the file', () => {
    const place = fc.record({ line: fc.nat(9999), column: fc.integer({ min: 0, max: 3000 }) });
    fc.assert(
      fc.property(anyText, anyText, place, fc.nat(50), (text, sourceLine, { line, column }, length) => {
        const error = new MayflyError('SCENARIO_SYNTAX', text, {
          at: { file: text, line, column },
          sourceLine,
          hint: text,
          length,
        });
        const shown = renderErrors([error], { color: true }).replace(/\x1b\[\d+m/g, '');
        expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\u2028-\u202e]/u);
      }),
    );
  });
});
