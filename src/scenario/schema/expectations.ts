import { byType, type JsonSchema, key, object, ref } from './json-schema.ts';
import { duration } from './scalars.ts';

const durationExpectation: JsonSchema = byType('a matcher of durations such as { lt: 2s }', {
  string: duration,
  object: ref('durationMatcher'),
});

/** What `expect` may hold, by kind of step (R17). */
export const expectationDefinitions: Readonly<Record<string, JsonSchema>> = {
  expectRun: {
    ...object(
      {
        exit: key('Exit status', '0 when absent.', 1, ref('matcher')),
        signal: key('Signal', 'The signal that ended it.', 'SIGKILL', ref('matcher')),
        stdout: key(
          'Standard output',
          'One final newline is ignored.',
          { contains: 'ready' },
          ref('matcher'),
        ),
        stderr: key('Standard error', 'One final newline is ignored.', { empty: true }, ref('matcher')),
        output: key('Output', 'Both, in the order they came.', { contains: 'ready' }, ref('matcher')),
        duration: key('Duration', 'How long it took.', { lt: '2s' }, durationExpectation),
      },
      { what: '`expect` of a `run` step', empty: 'asserts-nothing' },
    ),
    'x-asserts': true,
    'x-expects': 'a mapping such as { stdout: hello }',
  },
  expectHttp: {
    ...object(
      {
        status: key('Status', 'Below 400 when absent.', 200, ref('matcher')),
        headers: key(
          'Headers',
          'Names in any case.',
          { 'content-type': { contains: 'json' } },
          ref('headerMatchers'),
        ),
        body: key(
          'Body',
          'As text; `json` looks into it.',
          { json: { path: '$.id', equals: 1 } },
          ref('matcher'),
        ),
        duration: key('Duration', 'How long it took.', { lt: '2s' }, durationExpectation),
        error: key(
          'Error',
          'How the connection failed: refused, reset, timeout, unreachable, no-name, tls or protocol.',
          'refused',
          ref('matcher'),
        ),
      },
      { what: '`expect` of an `http` step', empty: 'asserts-nothing' },
    ),
    'x-asserts': true,
    'x-expects': 'a mapping such as { status: 200 }',
  },
};
