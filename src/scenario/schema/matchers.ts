import type { Json } from '../../core/json.ts';
import { byType, type JsonSchema, key, list, object, ref, when } from './json-schema.ts';
import { duration, nonEmptyText } from './scalars.ts';

const expectsMatcher = 'a value, a matcher such as { contains: ready }, or a list of matchers';

const template = { pattern: '\\$\\{\\{' };

const number: JsonSchema = { type: ['number', 'string'], 'x-expects': 'a number, a duration or a size' };

const truth = byType('true or false', { boolean: {}, string: template });

const count = ref('matcher');

/** An empty text is part of every text. */
const somePart: JsonSchema = {
  type: ['string', 'number', 'boolean'],
  pattern: '[\\s\\S]',
  'x-expects': 'text',
  'x-code': 'MATCHER_INVALID',
};

const parts: JsonSchema = byType('text or a list of texts', {
  string: { pattern: '[\\s\\S]' },
  number: {},
  boolean: {},
  array: list('a list of texts', somePart, 'asserts-nothing'),
});

const values = (empty?: 'asserts-nothing') =>
  byType('a list of values', { string: template, array: list('a list of values', {}, empty) });

const matchers = list('a list of matchers', ref('matcherObject'), 'asserts-nothing');

/** One part of a document, or several, each of which must match. */
const documentParts: JsonSchema = byType('a path and what it should match, or a list of such', {
  object: ref('jsonMatcher'),
  array: list('a list of parts', ref('jsonMatcher'), 'asserts-nothing'),
});

const redaction: JsonSchema = byType('uuid, time, ip, id, duration, or { matches: …, as: … }', {
  string: { allOf: [{ enum: ['uuid', 'time', 'ip', 'id', 'duration'] }] },
  object: object(
    {
      matches: key('Matches', 'A regular expression of what is replaced.', 'v\\d+', nonEmptyText),
      as: key('As', 'What stands there instead.', '<version>', { type: 'string', 'x-expects': 'text' }),
    },
    { what: 'a redaction', required: ['matches', 'as'] },
  ),
});

const typeNames = {
  type: 'string',
  enum: ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object', 'binary'],
  'x-code': 'MATCHER_INVALID',
} as const;

function operator(title: string, description: string, example: Json, schema: JsonSchema): JsonSchema {
  return key(title, description, example, { 'x-code': 'MATCHER_INVALID', ...schema });
}

/** Every operator of R21 with the operand it takes. */
export const operators: Readonly<Record<string, JsonSchema>> = {
  equals: operator('Equals', 'Exactly this value; a final newline counts.', 'ready\n', {}),
  one_of: operator('One of', 'Equal to one of these values.', [200, 204], values('asserts-nothing')),
  gt: operator('Greater than', 'Greater than this.', 0, number),
  gte: operator('At least', 'Greater than or equal to this.', 1, number),
  lt: operator('Less than', 'Less than this.', '2s', number),
  lte: operator('At most', 'Less than or equal to this.', '64m', number),
  between: operator('Between', 'Between these two, both included.', [1, 10], {
    type: 'array',
    items: number,
    minItems: 2,
    maxItems: 2,
    'x-expects': 'two values, the lowest and the highest',
  }),
  type: operator('Type', 'Of this JSON type, or of one of these.', 'array', {
    type: ['string', 'array'],
    allOf: [when({ type: 'string' }, typeNames)],
    items: typeNames,
    minItems: 1,
    'x-empty': 'asserts-nothing',
    'x-expects': 'a type or a list of types',
  }),
  exists: operator('Exists', 'There is (or is not) a value.', true, truth),
  empty: operator('Empty', 'Empty text, list or mapping, or not.', true, truth),
  contains: operator('Contains', 'The text contains this, or each of these.', 'ready', parts),
  matches: operator(
    'Matches',
    'A regular expression is found in the text, or each of these.',
    '^PONG',
    parts,
  ),
  starts_with: operator(
    'Starts with',
    'The text starts with this, or with one of these.',
    'PostgreSQL',
    parts,
  ),
  ends_with: operator('Ends with', 'The text ends with this, or with one of these.', 'done', parts),
  lines: operator(
    'Lines',
    'The lines of the text: each in its order, or a matcher of their list.',
    ['a', { starts_with: 'b' }],
    {
      type: ['array', 'object', 'string'],
      allOf: [when({ type: 'object' }, ref('matcherObject'))],
      ...template,
      items: ref('matcher'),
      minItems: 1,
      'x-empty': 'asserts-nothing',
      'x-expects': 'a list of lines or a matcher of that list',
    },
  ),
  line_count: operator('Line count', 'How many lines the text has.', { gte: 3 }, count),
  snapshot: operator(
    'Snapshot',
    'The same as in the file of snapshots beside the scenario; `mayfly test --update` rewrites it.',
    'items',
    byType('the name of a snapshot, true, or { name: …, redact: […] }', {
      string: { pattern: '\\S' },
      boolean: { allOf: [{ enum: [true] }] },
      object: object(
        {
          name: key('Name', "What it is kept under; the step's name when absent.", 'items', nonEmptyText),
          redact: key(
            'Redact',
            'What differs from run to run, and is replaced before it is compared.',
            ['time', { matches: 'v\\d+', as: '<version>' }],
            list('a list of redactions', redaction, 'asserts-nothing'),
          ),
        },
        {
          what: 'a snapshot',
          empty: 'asserts-nothing',
          remedy: 'write `snapshot: true`, or give it a `name`',
        },
      ),
    }),
  ),
  length: operator('Length', 'How many characters, entries or keys there are.', { gt: 0 }, count),
  has_key: operator('Has key', 'The mapping has this key, or each of these.', 'id', parts),
  includes: operator(
    'Includes',
    'The list has this value among its entries; of a mapping, a part is enough.',
    { id: 7 },
    {},
  ),
  includes_all: operator(
    'Includes all',
    'The list has each of these among its entries.',
    ['a', 'b'],
    values('asserts-nothing'),
  ),
  unordered: operator('Unordered', 'Exactly these entries, in any order.', ['b', 'a'], values()),
  json: operator(
    'JSON',
    'The text is JSON, and what the path finds matches.',
    { path: '$.items', length: { gt: 0 } },
    documentParts,
  ),
  yaml: operator(
    'YAML',
    'The text is YAML, and what the path finds matches.',
    { path: '$.name', equals: 'web' },
    documentParts,
  ),
  schema: operator(
    'Schema',
    'Valid by this JSON Schema.',
    { type: 'object', required: ['id'] },
    {
      type: 'object',
      minProperties: 1,
      'x-empty': 'asserts-nothing',
      'x-expects': 'a JSON Schema',
    },
  ),
  sha256: operator(
    'SHA-256',
    'The content has this SHA-256 digest, in hexadecimal.',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    {
      type: 'string',
      pattern: '^(?:sha256:)?[0-9a-fA-F]{64}$|\\$\\{\\{',
      'x-expects': 'a SHA-256 digest of 64 hexadecimal digits',
    },
  ),
  every: operator('Every', 'There are entries, and every one matches.', { gt: 0 }, ref('matcher')),
  some: operator('Some', 'At least one entry matches.', { equals: 'web' }, ref('matcher')),
  not: operator('Not', 'Does not match this.', { contains: 'password' }, ref('matcher')),
  all: operator('All', 'Matches all of these.', [{ contains: 'a' }, { contains: 'b' }], matchers),
  any: operator(
    'Any',
    'Matches at least one of these.',
    [{ contains: 'a' }, { contains: 'b' }],
    list('a list of matchers', ref('matcher'), 'asserts-nothing'),
  ),
};

const jsonPath = key('Path', 'An RFC 9535 JSONPath.', '$.items[0].id', {
  type: 'string',
  pattern: '^\\$',
  'x-expects': 'a JSONPath, which begins with `$`',
  'x-code': 'MATCHER_INVALID',
});

const durationOperators: Readonly<Record<string, JsonSchema>> = {
  gt: operator('Longer than', 'Longer than this.', '1s', duration),
  gte: operator('At least', 'At least this long.', '1s', duration),
  lt: operator('Shorter than', 'Shorter than this.', '2s', duration),
  lte: operator('At most', 'At most this long.', '2s', duration),
  between: operator('Between', 'Between these two, both included.', ['1s', '2s'], {
    type: 'array',
    items: duration,
    minItems: 2,
    maxItems: 2,
    'x-expects': 'two durations, the shortest and the longest',
  }),
};

export const matcherDefinitions: Readonly<Record<string, JsonSchema>> = {
  matcher: {
    ...byType(expectsMatcher, {
      string: {},
      number: {},
      boolean: {},
      object: ref('matcherObject'),
      array: list('a list of matchers', ref('matcherObject'), 'asserts-nothing'),
    }),
    'x-asserts': true,
  },
  matcherObject: {
    ...object(operators, { what: 'a matcher', empty: 'asserts-nothing' }),
    'x-expects': 'a matcher such as { contains: ready }',
    'x-code': 'MATCHER_INVALID',
    'x-asserts': true,
  },
  jsonMatcher: {
    ...object({ path: jsonPath, ...operators }, { what: 'a JSON matcher', empty: 'asserts-nothing' }),
    'x-expects': 'a path and what it should match',
    'x-code': 'MATCHER_INVALID',
    allOf: [when({ required: ['path'] }, { minProperties: 2, 'x-empty': 'asserts-nothing' })],
  },
  durationMatcher: {
    ...object(durationOperators, { what: 'a matcher of durations', empty: 'asserts-nothing' }),
    'x-expects': 'a matcher of durations such as { lt: 2s }',
    'x-asserts': true,
  },
};
