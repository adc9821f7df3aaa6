import { createHash } from 'node:crypto';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Fact } from '../../../src/core/matcher.ts';
import { compileMatcher } from '../../../src/scenario/matcher/compile-matcher.ts';
import type { MatcherContext } from '../../../src/scenario/matcher/matcher.ts';
import { matcherNames, matchers } from '../../../src/scenario/matcher/matchers.ts';
import { validateMatcher } from '../../../src/scenario/matcher/validate-matcher.ts';

const bytes = new Uint8Array([0xff, 0x00, 0x01]);
const hello = createHash('sha256').update('hello').digest('hex');
const items =
  '{"items":[{"id":1,"name":"a"},{"id":2,"name":"b"}],"none":null,"text":"1","deep":"{\\"x\\":1}"}';

interface Row {
  readonly operand: Json;
  readonly passes: readonly Fact[];
  /** Facts with the sentence that says why. */
  readonly fails: readonly (readonly [Fact, string])[];
  readonly context?: Partial<MatcherContext>;
}

/** By matcher: facts of the right and of the wrong type. Each has at least one that passes and one of a wrong type. */
const table: Readonly<Record<string, readonly Row[]>> = {
  equals: [
    {
      operand: 'a\n',
      passes: ['a\n'],
      fails: [
        ['a', 'differs'],
        ['b\n', 'differs'],
        [undefined, 'does not exist'],
        [bytes, 'is binary (3 bytes), not text'],
      ],
    },
    {
      operand: 'a',
      passes: ['a', new TextEncoder().encode('a')],
      fails: [['a\n', 'differs by its final newline']],
    },
    {
      operand: 1,
      passes: [1, '1'],
      fails: [
        ['1\n', 'differs by its final newline'],
        [2, 'differs'],
        [true, 'differs'],
      ],
    },
    {
      operand: true,
      passes: [true, 'true'],
      fails: [
        [1, 'differs'],
        ['yes', 'differs'],
      ],
    },
    {
      operand: null,
      passes: [null],
      fails: [
        [0, 'differs'],
        [undefined, 'does not exist'],
        ['', 'differs'],
      ],
    },
    {
      operand: '1',
      passes: ['1'],
      fails: [[1, 'is the number 1, not the text "1"']],
      context: { strict: true },
    },
    {
      operand: { a: [1, 2] },
      passes: [{ a: [1, 2] }],
      fails: [
        ['{"a":[1,2]}', 'is text, not a mapping: use `json` to read it as JSON'],
        [{ a: [1, 3] }, 'differs'],
        [{ a: [1, 2], b: 1 }, 'is not expected'],
        [{}, 'is missing'],
        [{ a: [1] }, 'has 1 entry, not 2'],
      ],
    },
    { operand: '2s', passes: [2000], fails: [[2001, 'is 2.00 s']], context: { unit: 'ms' } },
    { operand: '1k', passes: [1024], fails: [[1025, 'is 1.02 kB']], context: { unit: 'bytes' } },
  ],
  one_of: [
    {
      operand: [200, 204],
      passes: [200, 204, '204\n'],
      fails: [
        [500, 'is none of them'],
        [undefined, 'does not exist'],
        [bytes, 'is none of them'],
      ],
    },
    { operand: ['a', null], passes: ['a\n', null], fails: [['b', 'is none of them']] },
  ],
  gt: [
    {
      operand: 5,
      passes: [6, '6\n', ' 5.5 '],
      fails: [
        [5, 'is 5, not more than 5'],
        ['abc', 'is text, but `gt` compares numbers'],
        ['', 'is empty text, but `gt` compares numbers'],
        [null, 'is null, but `gt` compares numbers'],
        [undefined, 'does not exist'],
        ['0x10', 'is text, but `gt` compares numbers'],
        [true, 'is the boolean true, but `gt` compares numbers'],
      ],
    },
    { operand: '5', passes: [6], fails: [[5, 'is 5, not more than 5']] },
    {
      operand: 5,
      passes: [6],
      fails: [['6', 'is text, but `gt` compares numbers']],
      context: { strict: true },
    },
  ],
  gte: [
    {
      operand: 5,
      passes: [5, '5'],
      fails: [
        [4, 'is 4, not at least 5'],
        [[5], 'is a list of 1, but `gte` compares numbers'],
      ],
    },
  ],
  lt: [
    {
      operand: '2s',
      passes: [1999.9],
      fails: [[2000, 'is 2.00 s, not less than 2.00 s']],
      context: { unit: 'ms' },
    },
    {
      operand: '64m',
      passes: [64 * 2 ** 20 - 1],
      fails: [[64 * 2 ** 20, 'is 67.1 MB, not less than 67.1 MB']],
      context: { unit: 'bytes' },
    },
    {
      operand: 0,
      passes: [-1, '-1'],
      fails: [
        [0, 'is 0, not less than 0'],
        [{}, 'is a mapping, but `lt` compares numbers'],
      ],
    },
  ],
  lte: [
    {
      operand: 5,
      passes: [5],
      fails: [
        [6, 'is 6, not at most 5'],
        [bytes, 'is binary (3 bytes), but `lte` compares numbers'],
      ],
    },
  ],
  between: [
    {
      operand: [1, 3],
      passes: [1, 3, '2\n'],
      fails: [
        [4, 'is 4, not between 1 and 3'],
        ['x', 'is text, but `between` compares numbers'],
      ],
    },
    {
      operand: ['1s', '2s'],
      passes: [1500],
      fails: [[500, 'is 500 ms, not between 1.00 s and 2.00 s']],
      context: { unit: 'ms' },
    },
  ],
  type: [
    {
      operand: 'integer',
      passes: [1],
      fails: [
        [1.5, 'is of type number'],
        ['1', 'is of type string'],
        [undefined, 'does not exist'],
      ],
    },
    {
      operand: ['string', null],
      passes: ['', null],
      fails: [
        [bytes, 'is of type binary'],
        [[], 'is of type array'],
        [{}, 'is of type object'],
      ],
    },
    { operand: 'object', passes: [{}], fails: [[bytes, 'is of type binary']] },
  ],
  exists: [
    { operand: true, passes: [null, '', 0], fails: [[undefined, 'does not exist']] },
    { operand: false, passes: [undefined], fails: [['', 'exists']] },
  ],
  empty: [
    {
      operand: true,
      passes: ['', [], {}, null, undefined, new Uint8Array()],
      fails: [
        ['\n', 'is not empty'],
        [[0], 'is not empty'],
        [0, 'is the number 0, which is neither empty nor full'],
      ],
    },
    {
      operand: false,
      passes: ['x', bytes],
      fails: [
        ['', 'is empty'],
        [false, 'is the boolean false, which is neither empty nor full'],
      ],
    },
  ],
  contains: [
    {
      operand: 'ready',
      passes: ['is ready now', new TextEncoder().encode('ready')],
      fails: [
        ['unread', 'does not contain "ready"'],
        ['Ready', 'does not contain "ready", only in another case'],
        [5, 'is the number 5, but `contains` judges text'],
        [['ready'], 'is a list of 1, but `contains` judges text'],
        [bytes, 'is binary (3 bytes), but `contains` judges text'],
        [undefined, 'does not exist'],
      ],
    },
    { operand: ['a', 'b'], passes: ['b a'], fails: [['a', 'does not contain "b"']] },
    { operand: 404, passes: ['HTTP 404'], fails: [['HTTP 200', 'does not contain "404"']] },
  ],
  matches: [
    {
      operand: '^o.$',
      passes: ['ok', 'ok\n'],
      fails: [
        ['not ok', 'does not match `^o.$`'],
        ['x\nok\ny', 'does not match `^o.$`, though a line of it does: begin with (?m)'],
        [7, 'is the number 7, but `matches` judges text'],
      ],
    },
    { operand: '(?i)READY', passes: ['it is ready'], fails: [['', 'does not match `(?i)READY`']] },
    { operand: ['a', 'b\\n'], passes: ['a b\n'], fails: [['b', 'does not match `a` or `b\\n`']] },
    {
      operand: '^$',
      passes: ['', '\n'],
      fails: [['\n\n', 'does not match `^$`, though a line of it does: begin with (?m)']],
    },
  ],
  starts_with: [
    {
      operand: 'ab',
      passes: ['abc'],
      fails: [
        ['xab', 'does not start with "ab"'],
        [null, 'is null, but `starts_with` judges text'],
      ],
    },
    { operand: ['ab', 'x'], passes: ['xab'], fails: [['b', 'does not start with "ab" or "x"']] },
  ],
  ends_with: [
    {
      operand: 'bc',
      passes: ['abc', 'abc\n', 'abc\r\n'],
      fails: [
        ['abcd', 'does not end with "bc"'],
        ['abc\n\n', 'does not end with "bc"'],
        [1, 'is the number 1, but `ends_with` judges text'],
      ],
    },
    { operand: 'bc\n', passes: ['abc\n'], fails: [['abc', 'does not end with "bc\\n"']] },
  ],
  lines: [
    {
      operand: ['a', 1, { starts_with: 'c' }],
      passes: ['a\n1\ncc\n', 'a\r\n1\r\nc'],
      fails: [
        ['a\n1\n', 'has 2 lines, not 3'],
        ['a\n1\nd', 'does not start with "c"'],
        [5, 'is the number 5, but `lines` judges text'],
      ],
    },
    {
      operand: ['a', 'b'],
      passes: ['a\nb'],
      fails: [
        ['b\na', 'has other lines'],
        ['', 'has 0 lines, not 2'],
      ],
    },
    { operand: { includes: 3 }, passes: ['1\n3\n'], fails: [['1\n', 'does not include 3']] },
  ],
  line_count: [
    {
      operand: 2,
      passes: ['a\nb\n', 'a\nb', '\n\n'],
      fails: [
        ['', 'has 0 lines'],
        ['a\n', 'has 1 line'],
        [[1, 2], 'is a list of 2, which has no line_count'],
      ],
    },
    { operand: { gt: 1 }, passes: ['a\nb'], fails: [['a', 'has 1 line']] },
  ],
  length: [
    {
      operand: 2,
      passes: ['ab', '😀!', [1, 2], { a: 1, b: 2 }, new Uint8Array(2)],
      fails: [
        ['ab\n', 'has 3 characters'],
        [[1], 'has 1 entry'],
        [{}, 'has 0 keys'],
        [bytes, 'has 3 bytes'],
        [5, 'is the number 5, which has no length'],
        [undefined, 'does not exist'],
      ],
    },
    { operand: '2', passes: ['ab'], fails: [['a', 'has 1 character']] },
    { operand: { between: [1, 2] }, passes: [[1]], fails: [[[], 'has 0 entries']] },
  ],
  has_key: [
    {
      operand: 'id',
      passes: [{ id: null }],
      fails: [
        [{ ids: 1 }, 'has no key "id", but "ids"'],
        ['{"id":1}', 'is text, which has no keys: use `json` to read it as JSON'],
        [bytes, 'is binary (3 bytes), which has no keys'],
        [undefined, 'does not exist'],
      ],
    },
    { operand: ['a', 'b'], passes: [{ a: 1, b: 2 }], fails: [[{ a: 1 }, 'has no key "b"']] },
    { operand: 'constructor', passes: [{ constructor: 1 }], fails: [[{}, 'has no key "constructor"']] },
  ],
  includes: [
    {
      operand: 2,
      passes: [[1, 2], ['2']],
      fails: [
        [[1], 'does not include 2'],
        ['2', 'is text, but `includes` judges lists: use `contains`, `lines` or `json` for text'],
        [undefined, 'does not exist'],
      ],
    },
    { operand: 2, passes: [[2]], fails: [[['2'], 'does not include 2']], context: { strict: true } },
    {
      operand: { id: 2 },
      passes: [[{ id: 2, name: 'b' }], { id: 2, name: 'b' }],
      fails: [
        [[{ id: 1 }], 'does not include {"id":2}'],
        [{ id: 1 }, 'differs'],
        [{ name: 'b' }, 'is missing'],
      ],
    },
    {
      operand: { a: { b: 1 } },
      passes: [{ a: { b: 1, c: 2 }, d: 3 }],
      fails: [[{ a: { c: 2 } }, 'is missing']],
    },
    { operand: null, passes: [[null]], fails: [[[], 'does not include null']] },
  ],
  includes_all: [
    {
      operand: ['a', { x: 1 }],
      passes: [[{ x: 1, y: 2 }, 'b', 'a']],
      fails: [
        [['a'], 'does not include {"x":1}'],
        ['a', 'is text, but `includes_all` judges lists: use `contains`, `lines` or `json` for text'],
      ],
    },
  ],
  unordered: [
    {
      operand: [1, 2, 2],
      passes: [
        [2, 1, 2],
        ['2', '2', '1'],
      ],
      fails: [
        [[1, 2], 'lacks 2'],
        [[1, 2, 2, 3], 'has 3 too many'],
        [{}, 'is a mapping, but `unordered` judges lists'],
      ],
    },
    {
      operand: [{ a: 1, b: [2] }],
      passes: [[{ b: [2], a: 1 }]],
      fails: [[[{ b: ['2'], a: 1 }], 'lacks {"a":1,"b":[2]}']],
      context: { strict: true },
    },
    { operand: [], passes: [[]], fails: [[[null], 'has null too many']] },
  ],
  json: [
    {
      operand: { path: '$.items[0].id', equals: 1 },
      passes: [items, JSON.parse(items)],
      fails: [
        ['{}', 'does not exist'],
        ['nope', 'is not JSON'],
        [bytes, 'is binary (3 bytes), not JSON'],
        [undefined, 'does not exist'],
      ],
    },
    {
      operand: { path: '$.items[*].id', equals: [1, 2] },
      passes: [items],
      fails: [['{"items":[{"id":1}]}', 'has 1 entry, not 2']],
    },
    {
      operand: { path: '$.items[*]', length: 1 },
      passes: ['{"items":[{"id":1,"name":"a"}]}'],
      fails: [
        [items, 'has 2 entries'],
        ['{}', 'has 0 entries'],
      ],
    },
    {
      operand: { path: '$.items[?@.id == 2].name', equals: 'b' },
      passes: [items],
      fails: [['{"items":[]}', 'does not exist']],
    },
    {
      operand: { path: '$.items[?@.id > 5]', empty: true },
      passes: [items, '{}'],
      fails: [['{"items":[{"id":6}]}', 'is not empty']],
    },
    {
      operand: { path: '$.items[?@.id > 5]', exists: false },
      passes: [items, '{}'],
      fails: [['{"items":[{"id":6}]}', 'exists']],
    },
    {
      operand: { path: '$..id', not: { every: { gt: 1 } } },
      passes: [items],
      fails: [['{"id":2}', 'is a list whose every entry is more than 1, and should not be']],
    },
    { operand: { path: '$.absent', exists: false }, passes: [items], fails: [['{"absent":null}', 'exists']] },
    {
      operand: { path: '$.text', equals: '1' },
      passes: [items],
      fails: [['{"text":1}', 'is the number 1, not the text "1"']],
    },
    { operand: { path: '$.none', equals: null }, passes: [items], fails: [['{}', 'does not exist']] },
    {
      operand: { path: '$.deep', json: { path: '$.x', equals: 1 } },
      passes: [items],
      fails: [['{"deep":5}', 'does not exist']],
    },
    { operand: { equals: { a: 1 } }, passes: ['{"a":1}'], fails: [['{"a":2}', 'differs']] },
    {
      operand: { path: "$.items[?search(@.name, 'a|b')]", length: 2 },
      passes: [items],
      fails: [['{"items":[{"name":"x"}]}', 'has 0 entries']],
    },
    {
      operand: { path: "$.items[?match(@.name, 'a')].id", equals: 1 },
      passes: [items],
      fails: [['{"items":[{"id":1,"name":"ab"}]}', 'does not exist']],
    },
  ],
  yaml: [
    {
      operand: { path: '$.a[1]', equals: 2 },
      passes: ['a:\n  - 1\n  - 2\n', '{"a":[1,2]}'],
      fails: [
        ['a: [1, "2"]', 'is the text "2", not the number 2'],
        ['a: [', 'is not YAML'],
        [bytes, 'is binary (3 bytes), not YAML'],
      ],
    },
  ],
  schema: [
    {
      operand: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'integer' } },
        additionalProperties: false,
      },
      passes: ['{"id":1}', { id: 1 }],
      fails: [
        ['{}', "must have required property 'id'"],
        [{ id: 'x' }, 'must be integer'],
        [{ id: 1, b: 2 }, 'must NOT have additional properties: "b"'],
        ['nope', 'is not JSON'],
        [undefined, 'does not exist'],
      ],
    },
    {
      operand: { items: { type: 'array', prefixItems: [{ const: 1 }] } },
      passes: [[[1]]],
      fails: [[[[2]], 'must be equal to constant']],
    },
    {
      operand: { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ enum: [1, 2] }] },
      passes: [[1]],
      fails: [[[3], 'must be equal to one of the allowed values: [1,2]']],
    },
    {
      operand: { type: 'string', pattern: '^a+$' },
      passes: ['"aa"'],
      fails: [['"ab"', 'must match pattern "^a+$"']],
    },
    {
      operand: { type: 'string' },
      passes: ['text'],
      fails: [[1, 'must be string']],
      context: { strict: true },
    },
  ],
  sha256: [
    {
      operand: hello,
      passes: ['hello', new TextEncoder().encode('hello')],
      fails: [
        ['hello\n', `has the digest sha256:${createHash('sha256').update('hello\n').digest('hex')}`],
        [5, 'is the number 5, which has no bytes'],
        [undefined, 'does not exist'],
      ],
    },
    {
      operand: `sha256:${hello.toUpperCase()}`,
      passes: ['hello'],
      fails: [[null, 'is null, which has no bytes']],
    },
  ],
  every: [
    {
      operand: { gt: 0 },
      passes: [[1, 2]],
      fails: [
        [[1, 0], 'is 0, not more than 0'],
        [[], 'is an empty list, of which `every` says nothing'],
        [5, 'is the number 5, but `every` judges lists'],
      ],
    },
  ],
  some: [
    {
      operand: { starts_with: 'a' },
      passes: [['b', 'a']],
      fails: [
        [['b'], 'has no entry that is text that starts with "a"'],
        [[], 'has no entry that is text that starts with "a"'],
        [null, 'is null, but `some` judges lists'],
      ],
    },
  ],
  not: [
    {
      operand: { contains: 'x' },
      passes: ['a', 5, undefined],
      fails: [['x', 'is text that contains "x", and should not be']],
    },
    { operand: 5, passes: [6, '6'], fails: [['5\n', 'is 5, and should not be']] },
  ],
  all: [
    {
      operand: [{ contains: 'a' }, { contains: 'b' }],
      passes: ['ab'],
      fails: [
        ['a', 'does not contain "b"'],
        [1, 'is the number 1, but `contains` judges text'],
      ],
    },
  ],
  any: [
    {
      operand: [{ contains: 'a' }, 5],
      passes: ['a', 5, '5\n'],
      fails: [
        ['b', 'is none of 2 alternatives'],
        [undefined, 'is none of 2 alternatives'],
      ],
    },
  ],
};

describe.each(Object.entries(table))('R21 %s', (name, rows) => {
  const passing = rows.flatMap((row) => row.passes.map((fact) => ({ ...row, fact })));
  const failing = rows.flatMap((row) => row.fails.map(([fact, message]) => ({ ...row, fact, message })));

  test.each(passing)('$operand holds for $fact', async ({ operand, fact, context }) => {
    const judge = await compileMatcher({ [name]: operand }, { subject: 'stdout', ...context });
    expect(judge(fact)).toEqual({ matched: true });
  });

  test.each(failing)(
    '$operand does not hold for $fact: $message',
    async ({ operand, fact, message, context }) => {
      const judge = await compileMatcher({ [name]: operand }, { subject: 'stdout', ...context });
      const result = judge(fact);
      const found = result.matched ? [] : result.mismatches.map((mismatch) => mismatch.message);
      expect(found.join('; ')).toContain(message);
    },
  );

  test('R3 without operand asserts nothing', async () => {
    const problems = await validateMatcher({ [name]: null });
    expect(problems.map(({ code, pointer }) => ({ code, pointer }))).toEqual(
      name === 'equals' || name === 'includes'
        ? []
        : [{ code: 'SCENARIO_ASSERTS_NOTHING', pointer: `/${name}` }],
    );
  });
});

test('R21 every matcher has its table', () => {
  expect(matcherNames().filter((name) => name !== 'snapshot')).toEqual(Object.keys(table));
});

test.each(matchers.filter(({ name }) => name !== 'snapshot'))(
  'R21 the example of $name is right',
  async ({ example }) => {
    expect(await validateMatcher(load(example) as Json)).toEqual([]);
  },
);
