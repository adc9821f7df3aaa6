import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { MayflyError, MayflyErrors } from '../../../src/core/mayfly-error.ts';
import { ExpressionError } from '../../../src/scenario/expression/expression-error.ts';
import { interpolate } from '../../../src/scenario/expression/interpolate.ts';
import { interpolateDeep, staticNamespaces } from '../../../src/scenario/expression/interpolate-deep.ts';
import { escapeTemplate } from '../../../src/scenario/expression/parse-template.ts';
import { referencesOf, referencesOfCondition } from '../../../src/scenario/expression/references.ts';
import type { Scope } from '../../../src/scenario/expression/scope.ts';

const scope: Scope = {
  vars: {
    port: 8080,
    on: true,
    name: 'web',
    list: [1, 2],
    nothing: null,
    trap: '${{ secrets.TOKEN }}',
    dollar: 'a$',
  },
  secrets: { TOKEN: 'secret' },
  steps: { a: { id: 7 } },
};

describe('R7 interpolation', () => {
  test.each([
    ['plain', 'plain'],
    ['${{ vars.port }}', 8080],
    ['${{vars.on}}', true],
    ['${{ vars.list }}', [1, 2]],
    ['${{ vars.nothing }}', null],
    ['http://${{ vars.name }}:${{ vars.port }}/', 'http://web:8080/'],
    [' ${{ vars.port }}', ' 8080'],
    ['${{ vars.name }}${{ vars.name }}', 'webweb'],
    ["a ${{ '}}' }} b", 'a }} b'],
    ['$x ${x} $$ ${ } {{ x }} $(x)', '$x ${x} $$ ${ } {{ x }} $(x)'],
    ['$${{ vars.port }}', '${{ vars.port }}'],
    ['$$${{ x', '$${{ x'],
    ['$${{ ${{ vars.port }} $${{', '${{ 8080 ${{'],
    ['${{ vars.trap }}', '${{ secrets.TOKEN }}'],
    ['${{ default(vars.none, vars.list) }}', [1, 2]],
  ] as const)('%s', (template, expected) => {
    expect(interpolate(template, scope)).toEqual(expected);
  });

  test.each([
    ['a ${{ vars.nothing }}', 'null cannot stand inside text'],
    ['a ${{ vars.list }}', 'a list cannot stand inside text'],
    ['a ${{ vars.none }}', '`vars` has no `none`'],
    ['a ${{ vars.port', '`${{` is not closed'],
    ["a ${{ 'x }}", "text that begins with ' is not closed"],
    ['a ${{ }}', 'an expression is empty'],
  ])('%s is an error, never an empty text', (template, message) => {
    expect(() => interpolate(template, scope)).toThrow(message);
  });

  test('limits what a text may grow to', () => {
    const big: Scope = { vars: { big: 'x'.repeat(2 ** 20) } };
    expect(() => interpolate('${{ vars.big }}'.repeat(5), big)).toThrow('maxInterpolatedLength');
  });

  test('leaves every text without ${{ alone', () => {
    const text = fc.string({ unit: fc.constantFrom('$', '{', '}', ' ', 'a', "'") });
    fc.assert(
      fc.property(
        text.filter((value) => !value.includes('${{')),
        (value) => interpolate(value, {}) === value,
      ),
    );
  });

  test('gives back exactly what was escaped', () => {
    const text = fc.string({ unit: fc.constantFrom('$', '{', '}', ' ', 'a', "'") });
    fc.assert(fc.property(text, (value) => interpolate(escapeTemplate(value), {}) === value));
  });

  test('only ever throws MayflyError', () => {
    const word = fc.constantFrom(
      '${{',
      '}}',
      'vars',
      '.',
      'port',
      '(',
      ')',
      '[',
      ']',
      "'",
      '"',
      '!',
      '==',
      '&&',
      '1',
      ' ',
      ',',
      'default',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        try {
          interpolate(words.join(''), scope);
        } catch (error) {
          if (!(error instanceof MayflyError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('R7 interpolation of a whole value', () => {
  test('replaces in lists and mappings and keeps keys', () => {
    const json: Json = { '${{ a }}': ['${{ vars.port }}', { b: '${{ vars.name }}!' }], c: 1, d: null };
    expect(interpolateDeep(json, scope)).toEqual({ '${{ a }}': [8080, { b: 'web!' }], c: 1, d: null });
  });

  test('reports every wrong text with its pointer', () => {
    const json: Json = { a: ['${{ vars.x }}'], 'b/~': '${{ ', c: 'fine' };
    const error = thrownBy(() => interpolateDeep(json, scope));
    if (!(error instanceof MayflyErrors)) throw error;
    const pointers = error.errors.map((each) => (each instanceof ExpressionError ? each.pointer : ''));
    expect(pointers).toEqual(['/a/0', '/b~1~0']);
  });

  test('first resolves what is known before the run and leaves the rest whole', () => {
    const json: Json = [
      '${{ vars.port }}',
      '${{ steps.a.id }}',
      '${{ vars.name }}-${{ steps.a.id }}',
      'echo $x ${x}',
    ];
    const first = interpolateDeep(json, scope, { only: staticNamespaces });
    expect(first).toEqual([8080, '${{ steps.a.id }}', '${{ vars.name }}-${{ steps.a.id }}', 'echo $x ${x}']);
    expect(interpolateDeep(first, scope)).toEqual([8080, 7, 'web-7', 'echo $x ${x}']);
  });

  test('never reads a value as an expression in the second pass', () => {
    const json: Json = ['${{ vars.trap }}', '$${{ vars.port }}', '${{ vars.dollar }}{{ vars.port }}'];
    const first = interpolateDeep(json, scope, { only: staticNamespaces });
    expect(interpolateDeep(first, scope)).toEqual([
      '${{ secrets.TOKEN }}',
      '${{ vars.port }}',
      'a${{ vars.port }}',
    ]);
  });

  test('two passes give what one gives', () => {
    const piece = fc.constantFrom(
      '$',
      '{{',
      '}}',
      'a',
      '${{ vars.name }}',
      '${{ steps.a.id }}',
      '${{ vars.trap }}',
      '$${{',
      '${{ vars.dollar }}',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const template = pieces.join('');
        let once: Json;
        try {
          once = interpolate(template, scope);
        } catch {
          return;
        }
        const first = interpolateDeep(template, scope, { only: staticNamespaces });
        expect(interpolateDeep(first, scope)).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('R7 references', () => {
  test('of a template, with their places', () => {
    const template =
      "a ${{ vars.x == 'vars.y' && services.web.port(vars.p) }} $${{ vars.no }} ${{ steps.s['t'][0] }}";
    const found = referencesOf(template);
    expect(found.map(({ path }) => path.join('/'))).toEqual(['vars/x', 'services/web/port', 'steps/s/t/0']);
    for (const { offset, length, path } of found) {
      expect(template.slice(offset, offset + length).startsWith(path[0] ?? '?')).toBe(true);
    }
    expect(template.slice(found[1]?.offset, (found[1]?.offset ?? 0) + (found[1]?.length ?? 0))).toBe(
      'services.web.port(vars.p)',
    );
  });

  test('of a condition, telling which may be undefined', () => {
    const found = referencesOfCondition('default(vars.a, vars.b) || !vars.c');
    expect(found.map(({ path, optional }) => [path[1], optional])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
    ]);
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
