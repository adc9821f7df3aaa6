import { byType, type JsonSchema, key, list, object, ref } from './json-schema.ts';
import {
  absolutePath,
  boolean,
  command,
  duration,
  environment,
  integer,
  nonEmptyText,
  oneOrMoreTexts,
  textOrNumber,
} from './scalars.ts';

const signal: JsonSchema = { type: ['string', 'integer'], 'x-expects': 'a signal such as SIGTERM' };

const healthcheck = object(
  {
    test: key(
      'Test',
      'CMD, CMD-SHELL or NONE, or text for the shell.',
      ['CMD', 'pg_isready'],
      oneOrMoreTexts('a command'),
    ),
    interval: key('Interval', 'Time between two checks.', '5s', duration),
    timeout: key('Time-out', 'How long one check may take.', '2s', duration),
    retries: key(
      'Retries',
      'How many failures in a row make it unhealthy.',
      3,
      integer('a whole number above 0', { minimum: 1 }),
    ),
    start_period: key('Start period', 'Failures during this time do not count.', '10s', duration),
    start_interval: key(
      'Start interval',
      'Time between two checks during the start period.',
      '500ms',
      duration,
    ),
    disable: key('Disable', "Turns the image's own health check off.", true, boolean),
  },
  { what: '`healthcheck`', empty: 'wrong-value' },
);

const restart: JsonSchema = {
  type: 'string',
  pattern: '^(?:no|always|unless-stopped|on-failure(?::[0-9]+)?)$|\\$\\{\\{',
  'x-expects': '"no", always, unless-stopped, on-failure or on-failure:3',
};

const envFile = byType('a path or a list of paths', {
  string: { pattern: '\\S' },
  array: list(
    'a list of paths',
    {
      type: ['string', 'object'],
      properties: {
        path: key('Path', 'The file.', './app.env', nonEmptyText),
        required: key('Required', 'Whether it must exist.', false, boolean),
        format: key('Format', 'How it is read.', 'raw', nonEmptyText),
      },
      required: ['path'],
      additionalProperties: false,
      'x-what': 'an env_file',
      'x-expects': 'a path',
    },
    'wrong-value',
  ),
});

const extendsService = byType('a service, or { service: …, file: … }', {
  string: { pattern: '\\S' },
  object: object(
    {
      service: key('Service', 'The service taken as a base.', 'base', nonEmptyText),
      file: key('File', 'The file it is in.', './common.yaml', nonEmptyText),
    },
    { what: '`extends`', required: ['service'] },
  ),
});

/** What runs, as whom, and how it starts and ends (R13–R16). */
export const serviceProcess: Readonly<Record<string, JsonSchema>> = {
  image: key('Image', 'A name declared in `images:`, or a registry reference.', 'tools', nonEmptyText),
  build: key('Build', 'Builds the image from a Dockerfile.', './web', ref('build')),
  command: key('Command', "Replaces the image's CMD.", ['sleep', 'infinity'], command),
  entrypoint: key('Entrypoint', "Replaces the image's ENTRYPOINT.", ['/entry'], command),
  environment: key(
    'Environment',
    'Variables; a variable without a value takes that of Mayfly.',
    { LANG: 'C.UTF-8' },
    environment,
  ),
  env_file: key('Environment file', 'Files with variables.', './app.env', envFile),
  working_dir: key('Working directory', 'Made when missing.', '/srv', absolutePath),
  user: key(
    'User',
    'A name of the image or a number, with an optional group.',
    'postgres:postgres',
    textOrNumber,
  ),
  group_add: key('Groups', 'More groups of the process.', ['audio'], list('a list of groups', textOrNumber)),
  hostname: key('Host name', "The service's name when absent.", 'db-1', nonEmptyText),
  domainname: key('Domain name', 'The NIS domain name.', 'example.org', nonEmptyText),
  depends_on: key(
    'Depends on',
    'Services that must be up before.',
    { db: { condition: 'service_healthy' } },
    ref('dependsOn'),
  ),
  ready: key('Ready', 'When the service counts as ready.', { port: 5432, within: '20s' }, ref('ready')),
  exits: key(
    'Exits',
    'How the service ends by itself: a matcher of its exit status. Without it, ending is a failure.',
    0,
    ref('matcher'),
  ),
  healthcheck: key(
    'Health check',
    "Replaces the image's HEALTHCHECK.",
    { test: ['CMD', 'pg_isready'] },
    healthcheck,
  ),
  restart: key('Restart', 'Whether it is started again when it ends.', 'on-failure', restart),
  stop_signal: key('Stop signal', 'Sent first when it is stopped.', 'SIGINT', signal),
  stop_grace_period: key('Grace period', 'How long it may take to stop; 10s when absent.', '5s', duration),
  init: key('Init', 'A reaping PID 1; true when absent.', false, boolean),
  tty: key('Terminal', 'Gives the process a terminal.', true, boolean),
  stdin_open: key('Standard input', 'Keeps the standard input open.', true, boolean),
  scale: key('Scale', 'How many instances there are.', 2, integer('a whole number from 0', { minimum: 0 })),
  platform: key('Platform', 'Which platform of the image.', 'linux/arm64', nonEmptyText),
  pull_policy: key('Pull policy', 'When the image is fetched.', 'missing', {
    type: 'string',
    enum: ['always', 'never', 'missing', 'if_not_present', 'build'],
  }),
  profiles: key(
    'Profiles',
    'Start only when one of these is active.',
    ['debug'],
    list('a list of profiles', nonEmptyText, 'wrong-value'),
  ),
  extends: key('Extends', 'Takes another service as a base.', 'base', extendsService),
};

export const dependsOn: JsonSchema = byType('a list of services, or a mapping with conditions', {
  array: list('a list of services', nonEmptyText),
  object: {
    additionalProperties: object(
      {
        condition: key('Condition', 'What is waited for.', 'service_healthy', {
          type: 'string',
          enum: ['service_started', 'service_healthy', 'service_completed_successfully'],
        }),
        restart: key('Restart', 'Restart with it.', true, boolean),
        required: key('Required', 'Whether it must be there.', false, boolean),
      },
      { what: 'a dependency', required: ['condition'] },
    ),
  },
});
