import { controlActions } from '../../core/control-actions.ts';
import type { Json } from '../../core/json.ts';
import type { StepKind } from '../../core/step-kind.ts';
import { fault } from './fault.ts';
import {
  byType,
  exactlyOne,
  expressionPattern,
  type JsonSchema,
  key,
  list,
  object,
  ref,
} from './json-schema.ts';
import { waitStepCondition } from './ready.ts';
import { argv, boolean, duration, nonEmptyText, text } from './scalars.ts';
import { kindsOfCheck } from './step-kinds-check.ts';

const http = object(
  {
    url: key('URL', 'http or https; host names are those of the networks.', 'http://web:8080/healthz', {
      type: 'string',
      pattern: '^https?://|^\\$\\{\\{',
      'x-expects': 'a URL that begins with http:// or https://',
    }),
    method: key('Method', 'GET when absent, POST with a body.', 'PUT', nonEmptyText),
    headers: key(
      'Headers',
      'Sent with the request.',
      { accept: 'application/json' },
      {
        type: 'object',
        'x-what': 'headers',
        additionalProperties: { type: ['string', 'number', 'boolean'], 'x-expects': 'text' },
      },
    ),
    body: key('Body', 'Sent as it is.', 'hello', text),
    json: key('JSON body', 'Sent as JSON.', { name: 'x' }, {}),
    form: key(
      'Form body',
      'Sent as a form.',
      { name: 'x' },
      {
        type: 'object',
        'x-what': 'a form',
        additionalProperties: { type: ['string', 'number', 'boolean'], 'x-expects': 'text' },
      },
    ),
    follow: key(
      'Follow',
      'Follows redirections, or so many of them at most.',
      true,
      byType('true, false or a number', {
        boolean: {},
        integer: { minimum: 0, maximum: 100 },
        string: { pattern: expressionPattern },
      }),
    ),
    insecure: key('Insecure', 'Accepts any certificate.', true, boolean),
  },
  { what: 'an `http` step', required: ['url'] },
);

const copy = object(
  {
    from: key('From', "A path in the scenario's folder, or SERVICE:PATH.", './seed.sql', nonEmptyText),
    to: key('To', 'SERVICE:PATH, or a path below --output.', 'db:/tmp/seed.sql', nonEmptyText),
  },
  { what: 'a `copy` step', required: ['from', 'to'] },
);

const control: JsonSchema = {
  ...object(
    {
      ...Object.fromEntries(
        controlActions.map((action) => [
          action,
          key(action[0]?.toUpperCase() + action.slice(1), `The service to ${action}.`, 'web', nonEmptyText),
        ]),
      ),
      network: key('Network', 'For connect and disconnect.', 'back', nonEmptyText),
      signal: key('Signal', 'For kill; SIGKILL when absent.', 'SIGHUP', {
        type: ['string', 'integer'],
        'x-expects': 'a signal such as SIGHUP',
      }),
      grace: key('Grace period', "For stop and restart; the service's own when absent.", '1s', duration),
    },
    { what: 'a `control` step' },
  ),
  ...exactlyOne(controlActions),
};

/** Fixed in the language, so that an example can be shown for each. */
const kind = (title: string, description: string, example: Json, schema: JsonSchema) =>
  key(title, description, example, schema);

/** The value of each kind of step (R17). `image` is both a kind (a mapping) and where a one-shot `run` comes from (a name). */
export const stepKindSchemas: Readonly<Record<StepKind, JsonSchema>> = {
  run: kind(
    'Run',
    'Runs a command: text through the shell (`-e -c`), or a list of arguments.',
    'psql -At -c "select 1"',
    argv,
  ),
  http: kind('HTTP', 'Sends a request from `in`.', { url: 'http://web:8080/' }, http),
  wait: kind(
    'Wait',
    'Waits for a condition, or for a time.',
    { port: 8080 },
    byType('a duration, or a condition such as { port: 8080 }', {
      string: duration,
      object: waitStepCondition,
    }),
  ),
  files: kind(
    'Files',
    'Looks at files of `in`.',
    [{ path: '/etc/hostname', type: 'file' }],
    kindsOfCheck.files,
  ),
  processes: kind(
    'Processes',
    'Looks at processes of `in`.',
    [{ match: 'nginx', count: { gte: 1 } }],
    kindsOfCheck.processes,
  ),
  ports: kind(
    'Ports',
    'Looks at listening ports of `in`.',
    [{ port: 8080, listening: true }],
    kindsOfCheck.ports,
  ),
  dns: kind(
    'DNS',
    'Resolves a name from `in`.',
    [{ name: 'db', type: 'A', answers: { length: 1 } }],
    kindsOfCheck.dns,
  ),
  image: kind(
    'Image',
    'Looks at an image; with a name instead, where a one-shot `run` comes from.',
    { name: 'web', config: { user: 'app' } },
    byType('an image to look at, or the image of a one-shot `run`', {
      string: { pattern: '\\S' },
      object: kindsOfCheck.image,
    }),
  ),
  stats: kind('Stats', 'Looks at what `in` uses.', { memory: { lt: '64m' } }, kindsOfCheck.stats),
  logs: kind(
    'Logs',
    'Looks at the log of a service.',
    { service: 'web', contains: 'listening' },
    kindsOfCheck.logs,
  ),
  copy: kind('Copy', 'Copies a file or a directory.', { from: './seed.sql', to: 'db:/tmp/seed.sql' }, copy),
  control: kind('Control', 'Starts, stops, connects … a service.', { restart: 'db' }, control),
  connectivity: kind(
    'Connectivity',
    'Measures who reaches whom and compares.',
    { default: 'deny', allow: ['a -> b:80'] },
    kindsOfCheck.connectivity,
  ),
  isolation: kind(
    'Isolation',
    'Runs the built-in isolation checks.',
    { profile: 'standard' },
    kindsOfCheck.isolation,
  ),
  fault: kind(
    'Fault',
    'Breaks something while the steps of `during` run.',
    { partition: [['web'], ['db']] },
    fault,
  ),
  parallel: kind(
    'Parallel',
    'Runs steps at the same time.',
    [
      { in: 'a', run: 'true' },
      { in: 'b', run: 'true' },
    ],
    list('a list of steps', ref('step'), 'asserts-nothing'),
  ),
  use: kind('Use', 'Runs the steps of a fragment.', 'login', nonEmptyText),
};
