import { byType, exactlyOne, type JsonSchema, key, list, object, ref } from './json-schema.ts';
import {
  absolutePath,
  argv,
  boolean,
  duration,
  integer,
  nonEmptyText,
  oneOfWords,
  portNumber,
  portWithProtocol,
  text,
} from './scalars.ts';

const portCondition = byType('a port such as 8080, "53/udp" or { port: 53, proto: udp }', {
  integer: { minimum: 1, maximum: 65_535 },
  string: portWithProtocol,
  object: object(
    {
      port: key('Port', 'The port that must listen.', 53, portNumber),
      proto: key('Protocol', 'tcp (default) or udp.', 'udp', oneOfWords(['tcp', 'udp'])),
    },
    { what: 'a port', required: ['port'] },
  ),
});

const logCondition = byType('text, or { contains: …, times: … } or { matches: …, times: … }', {
  string: { pattern: '\\S' },
  object: {
    ...object(
      {
        contains: key(
          'Contains',
          'A line of the log contains this.',
          'ready to accept connections',
          nonEmptyText,
        ),
        matches: key(
          'Matches',
          'A line of the log matches this regular expression.',
          'listening on .*:8080',
          nonEmptyText,
        ),
        times: key(
          'Times',
          'How many lines must be like that.',
          2,
          integer('a whole number above 0', { minimum: 1 }),
        ),
        stream: key('Stream', 'Look at this stream only.', 'stderr', oneOfWords(['stdout', 'stderr'])),
      },
      { what: 'a log condition' },
    ),
    ...exactlyOne(['contains', 'matches']),
  },
});

const httpCondition = object(
  {
    port: key('Port', 'The port of the HTTP server.', 8080, portNumber),
    path: key('Path', 'The path asked for.', '/healthz', {
      type: 'string',
      pattern: '^/',
      'x-expects': 'a path that begins with /',
    }),
    method: key('Method', 'GET when absent.', 'HEAD', nonEmptyText),
    scheme: key('Scheme', 'http (default) or https.', 'https', oneOfWords(['http', 'https'])),
    insecure: key('Insecure', 'Accept any certificate.', true, boolean),
    headers: key(
      'Headers',
      'Headers that the response must have.',
      { 'content-type': { contains: 'json' } },
      ref('headerMatchers'),
    ),
    status: key('Status', 'The status of the response; below 400 when absent.', 200, ref('matcher')),
    body: key('Body', 'The body of the response.', { contains: 'ok' }, ref('matcher')),
  },
  { what: 'an HTTP condition', required: ['port'] },
);

const fileCondition = byType('an absolute path, or { path: …, content: … }', {
  string: absolutePath,
  object: object(
    {
      path: key('Path', 'The file that must exist.', '/run/app.pid', absolutePath),
      content: key('Content', 'What its content must match.', { contains: 'up' }, ref('matcher')),
    },
    { what: 'a file condition', required: ['path'] },
  ),
});

const readyKinds = ['port', 'log', 'http', 'exec', 'file', 'healthcheck', 'exits', 'all', 'any'] as const;

const conditions: Readonly<Record<(typeof readyKinds)[number], JsonSchema>> = {
  port: key(
    'Port',
    'Something listens on this port, seen from inside the network namespace.',
    5432,
    portCondition,
  ),
  log: key('Log', 'The log holds this text.', 'ready to accept connections', logCondition),
  http: key(
    'HTTP',
    'An HTTP request is answered as said.',
    { port: 8080, path: '/healthz', status: 200 },
    httpCondition,
  ),
  exec: key('Exec', 'This command, run inside, exits with 0.', ['pg_isready', '-q'], argv),
  file: key('File', 'This file exists.', '/run/app.pid', fileCondition),
  healthcheck: key('Health check', 'The declared health check succeeds.', true, {
    type: 'boolean',
    enum: [true],
    'x-expects': 'true',
  }),
  exits: key('Exits', 'The process ends with this exit status.', 0, ref('matcher')),
  all: key(
    'All',
    'All of these hold.',
    [{ port: 5432 }, { log: 'ready' }],
    list('a list of conditions', ref('condition'), 'wrong-value'),
  ),
  any: key(
    'Any',
    'At least one of these holds.',
    [{ port: 80 }, { port: 8080 }],
    list('a list of conditions', ref('condition'), 'wrong-value'),
  ),
};

/** One condition; `ready` and `wait` add their own keys beside it. */
function conditionWith(
  what: string,
  more: Readonly<Record<string, JsonSchema>>,
  kinds: readonly string[] = readyKinds,
): JsonSchema {
  return { ...object({ ...conditions, ...more }, { what }), ...exactlyOne(kinds) };
}

const every = key('Every', 'How often to look.', '100ms', duration);

export const readyDefinitions: Readonly<Record<string, JsonSchema>> = {
  condition: conditionWith('a condition', {}),
  ready: conditionWith('`ready`', {
    within: key('Within', 'How long it may take; 30s when absent.', '20s', duration),
    every,
  }),
  headerMatchers: {
    type: 'object',
    'x-what': 'headers',
    minProperties: 1,
    'x-empty': 'asserts-nothing',
    additionalProperties: ref('matcher'),
  },
};

export const waitStepCondition: JsonSchema = conditionWith(
  'a `wait` step',
  {
    step: key('Step', 'The background step that must have ended.', 'load', text),
    within: key('Within', "How long it may take; the step's `timeout` when absent.", '20s', duration),
    every,
  },
  [...readyKinds, 'step'],
);
