import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import { MayflyError, MayflyErrors } from '../../../src/core/mayfly-error.ts';
import { compileMatcher } from '../../../src/scenario/matcher/compile-matcher.ts';
import { matcherNames } from '../../../src/scenario/matcher/matchers.ts';
import { validateMatcher } from '../../../src/scenario/matcher/validate-matcher.ts';

interface Wrong {
  readonly matcher: Json;
  readonly code?: string;
  readonly pointer: string;
  readonly message: string;
  readonly hint?: string;
}

const wrong: readonly Wrong[] = [
  {
    matcher: { contain: 'x' },
    pointer: '/contain',
    message: 'unknown matcher `contain`',
    hint: 'did you mean `contains`?',
  },
  {
    matcher: { regex: 'x' },
    pointer: '/regex',
    message: 'unknown matcher `regex`',
    hint: 'did you mean `matches`?',
  },
  { matcher: { 'a/b': 'x' }, pointer: '/a~1b', message: 'unknown matcher `a/b`' },
  { matcher: null, code: 'SCENARIO_ASSERTS_NOTHING', pointer: '', message: 'the matcher is empty' },
  {
    matcher: {},
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '',
    message: 'a matcher without any condition holds for everything',
  },
  {
    matcher: [],
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '',
    message: 'an empty list of matchers holds for everything',
  },
  {
    matcher: [{ contains: 'a' }, 'ready'],
    pointer: '/1',
    message: '"ready" is a value; a list holds matchers, all of which must hold',
    hint: 'write { contains: ready }, or { equals: ready }',
  },
  {
    matcher: [3],
    pointer: '/0',
    message: '3 is a value; a list holds matchers, all of which must hold',
    hint: 'write { equals: 3 }',
  },
  {
    matcher: { all: ['a'] },
    pointer: '/all/0',
    message: '"a" is a value; a list holds matchers, all of which must hold',
  },
  {
    matcher: { contains: [] },
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '/contains',
    message: '`contains` has an empty list',
  },
  { matcher: { contains: { a: 1 } }, pointer: '/contains', message: '`contains` takes text, not {"a":1}' },
  {
    matcher: { starts_with: ['a', ''] },
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '/starts_with/1',
    message: '`starts_with` with an empty text holds for every text',
  },
  { matcher: { gt: 'abc' }, pointer: '/gt', message: '`gt` takes a number, not "abc"' },
  { matcher: { gt: [1] }, pointer: '/gt', message: '`gt` takes a number, not [1]' },
  { matcher: { between: [1] }, pointer: '/between', message: '`between` takes a list of two numbers' },
  {
    matcher: { between: [3, 1] },
    pointer: '/between',
    message: '`between` has its ends the wrong way round',
    hint: 'write between: [1, 3]',
  },
  { matcher: { between: [1, 'x'] }, pointer: '/between/1', message: '`between` takes a number, not "x"' },
  { matcher: { one_of: 5 }, pointer: '/one_of', message: '`one_of` takes a list' },
  {
    matcher: { one_of: [] },
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '/one_of',
    message: '`one_of` has an empty list',
  },
  {
    matcher: { type: 'list' },
    pointer: '/type',
    message: 'unknown type "list"',
    hint: 'did you mean `array`?',
  },
  {
    matcher: { type: ['string', 'nul'] },
    pointer: '/type/1',
    message: 'unknown type "nul"',
    hint: 'did you mean `null`?',
  },
  { matcher: { exists: 'yes' }, pointer: '/exists', message: '`exists` takes true or false' },
  { matcher: { empty: 1 }, pointer: '/empty', message: '`empty` takes true or false' },
  {
    matcher: { matches: '(' },
    pointer: '/matches',
    message: '`(` is no regular expression: missing closing ): `(`',
  },
  {
    matcher: { matches: ['a', '(?=b)'] },
    pointer: '/matches/1',
    message: '`(?=b)` is no regular expression',
    hint: 'there is no look-ahead or look-behind; combine `all` and `not`',
  },
  {
    matcher: { matches: '/ready/i' },
    pointer: '/matches',
    message: 'a pattern stands without slashes: `/ready/i`',
    hint: 'write (?i)ready',
  },
  {
    matcher: { matches: '(a?b){900}' },
    pointer: '/matches',
    message: 'more than maxPatternInstructions (2000)',
  },
  {
    matcher: { lines: 'a' },
    pointer: '/lines',
    message: '`lines` takes a list or a matcher of the list',
    hint: 'write lines: ["a"], or line_count: for their number',
  },
  {
    matcher: { lines: [] },
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '/lines',
    message: '`lines` has an empty list',
  },
  {
    matcher: { lines: ['a', { contain: 'b' }] },
    pointer: '/lines/1/contain',
    message: 'unknown matcher `contain`',
  },
  { matcher: { length: -1 }, pointer: '/length', message: '`length` takes a number or a matcher of one' },
  {
    matcher: { length: { gtt: 1 } },
    pointer: '/length/gtt',
    message: 'unknown matcher `gtt`',
    hint: 'did you mean `gt`?',
  },
  { matcher: { includes_all: 'a' }, pointer: '/includes_all', message: '`includes_all` takes a list' },
  { matcher: { unordered: 'a' }, pointer: '/unordered', message: '`unordered` takes a list' },
  {
    matcher: { json: { path: 'a.b', equals: 1 } },
    pointer: '/json/path',
    message: '`a.b` is no JSONPath',
    hint: 'a path begins with $: $.a.b',
  },
  { matcher: { json: { path: '$.a[', equals: 1 } }, pointer: '/json/path', message: '`$.a[` is no JSONPath' },
  {
    matcher: { json: { path: '$.a' } },
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '/json',
    message: '`json` says nothing of what it selects',
  },
  { matcher: { json: { path: '$.a', a: 1 } }, pointer: '/json/a', message: 'unknown matcher `a`' },
  { matcher: { yaml: 'x' }, pointer: '/yaml', message: '`yaml` takes a mapping of a path and matchers' },
  { matcher: { schema: { type: 'nope' } }, pointer: '/schema', message: 'the schema cannot be used' },
  { matcher: { schema: { format: 'email' } }, pointer: '/schema', message: 'unknown format "email"' },
  { matcher: { schema: { minimun: 1 } }, pointer: '/schema', message: 'unknown keyword: "minimun"' },
  {
    matcher: { schema: {} },
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '/schema',
    message: '`schema` is empty',
  },
  { matcher: { sha256: 'abc' }, pointer: '/sha256', message: '`sha256` takes 64 hexadecimal digits' },
  {
    matcher: { any: [] },
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '/any',
    message: '`any` has an empty list',
  },
  { matcher: { any: 'a' }, pointer: '/any', message: '`any` takes a list of matchers' },
  { matcher: { all: 'a' }, pointer: '/all', message: '`all` takes a list of matchers' },
  {
    matcher: { not: { not: {} } },
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '/not/not',
    message: 'a matcher without any condition',
  },
  {
    matcher: { every: { gt: null } },
    code: 'SCENARIO_ASSERTS_NOTHING',
    pointer: '/every/gt',
    message: '`gt` has no operand',
    hint: 'write for example gt: 5',
  },
  {
    matcher: { snapshot: 'two\nlines' },
    pointer: '/snapshot',
    message: 'the name of a snapshot is one line of at most 200 characters',
    hint: 'write snapshot: items',
  },
  {
    matcher: { snapshot: 7 },
    pointer: '/snapshot',
    message: '`snapshot` takes a name, true, or { name: …, redact: […] }',
  },
  {
    matcher: { snapshot: { redaction: ['uuid'] } },
    pointer: '/snapshot/redaction',
    message: '`snapshot` has no `redaction`',
    hint: 'it has name and redact',
  },
  { matcher: { snapshot: { redact: [] } }, pointer: '/snapshot/redact', message: '`redact` is a list' },
  {
    matcher: { snapshot: { redact: ['uuids'] } },
    pointer: '/snapshot/redact/0',
    message: '`uuids` is nothing to redact',
  },
  {
    matcher: { snapshot: { redact: [{ matches: 'a' }] } },
    pointer: '/snapshot/redact/0',
    message: 'a redaction has `matches` and `as`',
  },
  {
    matcher: { snapshot: { redact: [{ matches: 'a*', as: 'a' }] } },
    pointer: '/snapshot/redact/0/matches',
    message: '`a*` matches nothing at all, too',
  },
  { matcher: nest(40), code: 'SCENARIO_LIMIT', pointer: '/not'.repeat(33), message: 'maxMatcherDepth (32)' },
];

describe('R21 R3 validation finds', () => {
  test.each(wrong)('$matcher', async ({ matcher, code = 'MATCHER_INVALID', pointer, message, hint }) => {
    const problems = await validateMatcher(matcher);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code, pointer, message: expect.stringContaining(message) });
    if (hint !== undefined) expect(problems[0]?.hint).toBe(hint);
  });

  test('everything that is wrong at once', async () => {
    const problems = await validateMatcher([{ contain: 'x', gt: 'y' }, 'z']);
    expect(problems.map(({ pointer }) => pointer)).toEqual(['/0/contain', '/0/gt', '/1']);
  });
});

describe('R21 validation accepts', () => {
  test.each<[Json]>([
    ['text'],
    [5],
    [''],
    [{ equals: null }],
    [{ lt: '2s' }],
    [{ lt: '64m' }],
    [
      {
        gt: '${{ vars.n }}',
        matches: '${{ vars.pattern }}',
        type: '${{ vars.type }}',
        length: '${{ vars.length }}',
      },
    ],
    [{ between: ['${{ vars.low }}', 5] }],
    [['${{ vars.matcher }}', { contains: 'x' }]],
    [{ json: { path: '$.items[?@.id == 1].name', equals: 'x' } }],
    [{ matches: '/usr/' }],
    [{ unordered: [] }],
    [{ lines: ['a', { any: ['b', 5] }] }],
  ])('%j', async (matcher) => {
    expect(await validateMatcher(matcher)).toEqual([]);
  });

  test('and wants a unit where it knows one is needed', async () => {
    expect(await validateMatcher({ lt: 2 }, { unit: 'ms' })).toMatchObject([
      { code: 'SCENARIO_WRONG_UNIT', hint: 'write 2ms or 2s' },
    ]);
    expect(await validateMatcher({ lt: '2s' }, { unit: 'bytes' })).toMatchObject([
      { code: 'MATCHER_INVALID' },
    ]);
    expect(await validateMatcher({ lt: 0 }, { unit: 'ms' })).toEqual([]);
  });
});

test('R21 whatever is written, it is either refused or judges every fact', async () => {
  const { matcher } = fc.letrec<{ matcher: Json; operand: Json }>((tie) => ({
    operand: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<Json>('', 'a', '$.a', '$..*', '(', 5, true, null, '2s', [], {}, [1, 'a']),
      tie('matcher'),
      fc.array(tie('matcher'), { maxLength: 2 }),
    ),
    matcher: fc.dictionary(fc.constantFrom(...matcherNames(), 'path', 'oops'), tie('operand'), {
      minKeys: 1,
      maxKeys: 2,
    }),
  }));
  const facts = fc.oneof(
    fc.jsonValue().map((value): Json => JSON.parse(JSON.stringify(value))),
    fc.string(),
    fc.uint8Array(),
    fc.constant(undefined),
  );
  await fc.assert(
    fc.asyncProperty(matcher, facts, async (json, fact) => {
      try {
        const judge = await compileMatcher(json, { subject: 'stdout' });
        expect(typeof judge(fact).matched).toBe('boolean');
      } catch (error) {
        if (!(error instanceof MayflyError) && !(error instanceof MayflyErrors)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

function nest(depth: number): Json {
  return depth === 0 ? 'x' : { not: nest(depth - 1) };
}
