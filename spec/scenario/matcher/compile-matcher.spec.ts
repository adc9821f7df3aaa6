import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Fact, Mismatch } from '../../../src/core/matcher.ts';
import { compileMatcher } from '../../../src/scenario/matcher/compile-matcher.ts';
import type { MatcherContext } from '../../../src/scenario/matcher/matcher.ts';

const stdout: MatcherContext = { subject: 'stdout' };

async function mismatchesOf(matcher: Json, fact: Fact, context = stdout): Promise<readonly Mismatch[]> {
  const result = (await compileMatcher(matcher, context))(fact);
  return result.matched ? [] : result.mismatches;
}

async function matches(matcher: Json, fact: Fact, context = stdout): Promise<boolean> {
  return (await mismatchesOf(matcher, fact, context)).length === 0;
}

describe('R21 a bare scalar means equals', () => {
  test.each<[Json, Fact, boolean]>([
    ['ok', 'ok\n', true],
    ['ok', 'ok\r\n', true],
    ['ok', 'ok\n\n', false],
    ['ok\n', 'ok', true],
    ['a\nb\n', 'a\nb\n', true],
    ['', '\n', true],
    [1, '1\n', true],
    [1, ' 1\n', true],
    [1, '1.0\n', true],
    [1, '01\n', false],
    [1, 'one', false],
    ['1', '1\n', true],
    ['200', 200, true],
    [true, 'true\n', true],
    [true, 'yes', false],
    [0, 0, true],
    [0, '', false],
    [false, 'false', true],
    ['ok', undefined, false],
    ['ok', new TextEncoder().encode('ok\n'), true],
  ])('%j and %j: %s', async (matcher, fact, expected) => {
    expect(await matches(matcher, fact)).toBe(expected);
  });

  test('but not across types inside a document', async () => {
    expect(await matches({ json: { every: 1 } }, '[1, 1]')).toBe(true);
    expect(await matches({ json: { every: 1 } }, '[1, "1"]')).toBe(false);
    expect(await matches({ json: { path: '$.a', equals: 'x' } }, '{"a":"x\\n"}')).toBe(false);
  });
});

describe('R21 a list and a mapping mean all of it', () => {
  test('with the mismatches of each', async () => {
    const found = await mismatchesOf([{ contains: 'a', line_count: 2 }, { not: { contains: 'x' } }], 'x');
    expect(found.map(({ message }) => message)).toEqual([
      'does not contain "a"',
      'has 1 line',
      'is text that contains "x", and should not be',
    ]);
  });
});

describe('R21 a mismatch', () => {
  test('says what was expected and what there was', async () => {
    expect(await mismatchesOf({ contains: 'ready' }, 'starting\u001b[31m\n')).toEqual([
      {
        path: '',
        message: 'does not contain "ready"',
        expected: 'text that contains "ready"',
        actual: '"starting\\u001b[31m\\n"',
      },
    ]);
  });

  test('shows several lines as lines, without control characters', async () => {
    const [found] = await mismatchesOf({ contains: 'x' }, 'one\r\n\u001b[2Jtwo\u202e\n');
    expect(found?.actual).toBe('one\\r\n\\x1b[2Jtwo\\u202e\n');
  });

  test('has a diff for text of several lines', async () => {
    const [found] = await mismatchesOf('a\nb\nc\n', 'a\nB\nc\n');
    expect(found?.diff).toEqual([' a', '-b', '+B', ' c']);
  });

  test('has the path of each difference in a document, and counts those beyond the limit', async () => {
    const found = await mismatchesOf(
      { json: { path: '$.a', equals: { b: [1, { 'x y': 2 }], c: 3 } } },
      '{"a":{"b":[1,{"x y":5}],"d":4}}',
    );
    expect(found.map(({ path, message, expected, actual }) => [path, message, expected, actual])).toEqual([
      ['$.a.b[1]["x y"]', 'differs', '2', '5'],
      ['$.a.c', 'is missing', '3', 'nothing'],
      ['$.a.d', 'is not expected', 'nothing', '4'],
    ]);
    const many = await mismatchesOf(
      { equals: Array.from({ length: 50 }, () => 0) },
      Array.from({ length: 50 }, () => 1),
      { subject: 'x', strict: true },
    );
    expect(many).toHaveLength(11);
    expect(many.at(-1)?.message).toMatch(/^differs in .* more places? \(maxMismatches is 10\)$/);
  });

  test('has the path of an entry of a list', async () => {
    const found = await mismatchesOf(
      { json: { path: '$.items[*].n', every: { gt: 0 } } },
      '{"items":[{"n":1},{"n":0}]}',
    );
    expect(found.map(({ path }) => path)).toEqual(['$.items[*].n[1]']);
  });

  test('has the path of a schema violation', async () => {
    const schema = { properties: { list: { items: { type: 'integer' } } } };
    const found = await mismatchesOf({ schema }, '{"list":[1,"x"]}');
    expect(found).toEqual([
      { path: '.list[1]', message: 'must be integer', expected: 'type: integer', actual: '"x"' },
    ]);
  });
});

describe('R21 hostile facts', () => {
  test.each([
    ['(a+)+$', `${'a'.repeat(200_000)}!`],
    ['(x+x+)+y', 'x'.repeat(200_000)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(200_000)],
  ])('the pattern %s cannot hang', async (pattern, text) => {
    expect(await matches({ matches: pattern }, text)).toBe(false);
    expect(
      await matches({ json: { path: `$[?search(@, '${pattern}')]`, exists: true } }, JSON.stringify([text])),
    ).toBe(false);
    expect(await matches({ schema: { pattern } }, JSON.stringify(text))).toBe(false);
  });

  test.each([
    [
      'JSON nested too deep',
      { json: { equals: 1 } },
      '['.repeat(100_000) + ']'.repeat(100_000),
      'maxDocumentDepth (100)',
    ],
    ['YAML nested too deep', { yaml: { equals: 1 } }, '['.repeat(1000), 'is not YAML'],
    ['a bomb of YAML aliases', { yaml: { equals: 1 } }, yamlBomb(), 'maxDocumentValues (1000000)'],
    ['a YAML tag', { yaml: { equals: 1 } }, '!!js/function "x"', 'is not YAML'],
    [
      'a path that selects too much',
      { json: { path: '$..*', empty: true } },
      JSON.stringify(Array.from({ length: 100_001 }, () => 0)),
      'maxSelectedValues (100000)',
    ],
    [
      'a long list and uniqueItems',
      { schema: { uniqueItems: true } },
      JSON.stringify(Array.from({ length: 5001 }, () => ({}))),
      'maxUniqueEntries (5000)',
    ],
  ])('%s is refused by its limit', async (_, matcher, fact, message) => {
    const found = await mismatchesOf(matcher, fact);
    expect(found.map((mismatch) => mismatch.message).join()).toContain(message);
  });
});

function yamlBomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 10; level += 1) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  return lines.join('\n');
}

describe('R21 what cannot be used is an error, not a verdict', () => {
  test.each<[Json, MatcherContext, string, string]>([
    [{ gt: '2s' }, stdout, 'MATCHER_INVALID', 'stdout: `gt` takes a number, not "2s"'],
    [{ lt: 2 }, { subject: 'duration', unit: 'ms' }, 'SCENARIO_WRONG_UNIT', 'duration: `lt: 2` has no unit'],
    [
      { lt: '2x' },
      { subject: 'size', unit: 'bytes' },
      'MATCHER_INVALID',
      'size: `lt` takes a size such as 64m, not "2x"',
    ],
    [
      { contains: '' },
      stdout,
      'SCENARIO_ASSERTS_NOTHING',
      'stdout: `contains` with an empty text holds for every text',
    ],
    [{ contains: '${{ x' }, stdout, 'none', ''],
    [{ snapshot: 'a.txt' }, stdout, 'MATCHER_INVALID', 'stdout: no snapshot is kept here'],
  ])('%j', async (matcher, context, code, message) => {
    if (code === 'none') return expect(await matches(matcher, 'a ${{ x', context)).toBe(true);
    await expect(compileMatcher(matcher, context)).rejects.toMatchObject({ code, message });
  });

  test('several at once', async () => {
    await expect(compileMatcher({ gt: 'x', contain: 'y' }, stdout)).rejects.toMatchObject({
      errors: [{ code: 'MATCHER_INVALID' }, { code: 'MATCHER_INVALID' }],
    });
  });
});

const scalar = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '1', '\n', ' '), maxLength: 4 }),
  fc.integer({ min: -2, max: 12 }),
  fc.boolean(),
);
const leaf = fc.oneof(
  scalar,
  fc.record({ contains: fc.constantFrom('a', '1') }),
  fc.record({ gt: fc.integer({ min: -2, max: 12 }) }),
  fc.record({ exists: fc.boolean() }),
  fc.record({ length: fc.nat(3) }),
  fc.record({ type: fc.constantFrom('string', 'integer', 'array') }),
);
const fact = fc.oneof(scalar, fc.constant(null), fc.constant(undefined), fc.array(scalar, { maxLength: 3 }));
const asCondition = (matcher: Json): Json => (typeof matcher === 'object' ? matcher : { any: [matcher] });

describe('R21 logic', () => {
  test('not not is the same', async () => {
    await fc.assert(
      fc.asyncProperty(leaf, fact, async (matcher, value) => {
        expect(await matches({ not: { not: matcher } }, value)).toBe(await matches(matcher, value));
      }),
    );
  });

  test('De Morgan: not all is any not, not any is all not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(leaf, { minLength: 1, maxLength: 3 }), fact, async (list, value) => {
        const conditions = list.map(asCondition);
        const negated = list.map((matcher) => ({ not: matcher }));
        expect(await matches({ not: { all: conditions } }, value)).toBe(
          await matches({ any: negated }, value),
        );
        expect(await matches({ not: { any: list } }, value)).toBe(await matches({ all: negated }, value));
      }),
    );
  });

  test('some is not every not, of lists that are not empty', async () => {
    await fc.assert(
      fc.asyncProperty(leaf, fc.array(scalar, { minLength: 1, maxLength: 3 }), async (matcher, list) => {
        expect(await matches({ some: matcher }, list)).toBe(
          await matches({ not: { every: { not: matcher } } }, list),
        );
      }),
    );
  });

  test('equals is reflexive, and unordered ignores order', async () => {
    const json = fc
      .jsonValue({ depthSize: 'small', stringUnit: 'binary' })
      .map((value): Json => JSON.parse(JSON.stringify(value)));
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        expect(await mismatchesOf({ equals: value }, value)).toEqual([]);
        expect(await mismatchesOf({ json: { equals: value } }, JSON.stringify(value))).toEqual([]);
        if (Array.isArray(value))
          expect(await mismatchesOf({ unordered: [...value].reverse() }, value)).toEqual([]);
      }),
    );
  });
});
