import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { CaptureSpec } from '../../../src/core/scenario.ts';
import { type CaptureFacts, extractCapture } from '../../../src/scenario/capture/extract-capture.ts';

const facts: CaptureFacts = {
  stdout: 'id=12\nname=shop\n',
  stderr: 'warning\r\n',
  output: 'id=12\nwarning\n',
  body: '{"items":[{"id":7},{"id":8}],"none":null}',
  headers: { 'x-request-id': 'abc', etag: '"1"' },
  status: 201,
  exit: 3,
};

const found: readonly (readonly [string, CaptureSpec, Json])[] = [
  ['text, without its final newline', { from: 'stdout' }, 'id=12\nname=shop'],
  ['stderr', { from: 'stderr' }, 'warning'],
  ['output', { from: 'output', line: 2 }, 'warning'],
  ['a status as a number', { from: 'status' }, 201],
  ['an exit status as a number', { from: 'exit' }, 3],
  ['one value of JSON, with its type', { from: 'body', json: '$.items[0].id' }, 7],
  ['null of JSON', { from: 'body', json: '$.none' }, null],
  ['several values of JSON', { from: 'body', json: '$.items[*].id' }, [7, 8]],
  ['the one value a filter selects', { from: 'body', json: '$.items[?@.id > 7].id' }, 8],
  ['a mapping', { from: 'body', json: '$.items[0]' }, { id: 7 }],
  ['the group of a pattern', { from: 'stdout', regex: 'id=(\\d+)' }, '12'],
  ['the whole of a pattern without group', { from: 'stdout', regex: 'name=\\w+' }, 'name=shop'],
  ['an empty group', { from: 'stdout', regex: 'id=(x*)' }, ''],
  ['a line', { from: 'stdout', line: 1 }, 'id=12'],
  ['the last line', { from: 'stdout', line: -1 }, 'name=shop'],
  ['a header', { from: 'headers', header: 'X-Request-Id' }, 'abc'],
  ['all headers', { from: 'headers' }, { 'x-request-id': 'abc', etag: '"1"' }],
  ['a part of a header', { from: 'headers', header: 'etag', regex: '\\d' }, '1'],
  ['a header by JSONPath', { from: 'headers', json: "$['x-request-id']" }, 'abc'],
  ['digits of a status', { from: 'status', regex: '^(\\d)' }, '2'],
];

const missing: readonly (readonly [string, CaptureSpec, string])[] = [
  ['of a fact the step has not', { from: 'body' }, 'the step has no body to capture from'],
  ['of a missing header', { from: 'headers', header: 'location' }, 'the response has no header `location`'],
  [
    'of a name every object inherits',
    { from: 'headers', header: 'constructor' },
    'the response has no header `constructor`',
  ],
  ['where a path selects nothing', { from: 'stdout', json: '$.b' }, 'stdout has nothing at `$.b`'],
  ['of text that is no JSON', { from: 'stderr', json: '$.a' }, 'stderr is not JSON'],
  ['where a pattern is not found', { from: 'stdout', regex: 'x(y)' }, 'stdout does not match `x(y)`'],
  ['where a group took no part', { from: 'stdout', regex: 'a|(b)' }, 'its first group took no part'],
  ['of a line too far', { from: 'stdout', line: 2 }, 'stdout has 1 line, none of number 2'],
  ['of line 0', { from: 'stdout', line: 0 }, 'stdout has 1 line, none of number 0'],
];

describe('R19 a capture takes', () => {
  test.each(found)('%s', async (_, spec, expected) => {
    expect(await extractCapture(spec, facts)).toEqual(expected);
  });
});

describe('R19 a capture fails', () => {
  const poor: CaptureFacts = { stdout: '{"a":1}\n', stderr: 'oops', headers: { etag: '1' } };

  test.each(missing)('%s', async (_, spec, message) => {
    await expect(extractCapture(spec, poor)).rejects.toMatchObject({
      code: 'CAPTURE_FAILED',
      message: expect.stringContaining(message),
    });
  });

  test.each([
    [{ from: 'stdout', regex: '(' } as const, 'is no regular expression'],
    [{ from: 'stdout', json: 'a.b' } as const, 'is no JSONPath'],
  ])('%j as invalid', async (spec, message) => {
    await expect(extractCapture(spec, poor)).rejects.toMatchObject({
      code: 'MATCHER_INVALID',
      message: expect.stringContaining(message),
    });
  });
});
