import { outsidePlaces } from '../../core/connectivity.ts';
import type { Json } from '../../core/json.ts';
import { isolationChecks } from '../isolation/check-table.ts';
import { byType, type JsonSchema, key, list, object, ref } from './json-schema.ts';
import { operators } from './matchers.ts';
import { absolutePath, boolean, nonEmptyText, octalMode, oneOfWords, portNumber } from './scalars.ts';

const fileModes = byType('permission bits in quotes, such as "0644", or a matcher', {
  string: octalMode,
  object: ref('matcherObject'),
});

/** A matcher, documented. */
const matched = (title: string, description: string, example: Json) =>
  key(title, description, example, ref('matcher'));

const fileCheck = {
  ...object(
    {
      path: key('Path', 'The file or directory.', '/etc/passwd', absolutePath),
      exists: key('Exists', 'Whether it is there.', false, boolean),
      type: key(
        'Type',
        'What it is.',
        'directory',
        oneOfWords(['file', 'directory', 'symlink', 'fifo', 'socket', 'char', 'block']),
      ),
      mode: key('Mode', 'Its permission bits, in octal and in quotes.', '0644', fileModes),
      owner: matched('Owner', 'A name or a number.', 'root'),
      group: matched('Group', 'A name or a number.', 'root'),
      size: matched('Size', 'In bytes.', { lt: '1m' }),
      sha256: matched(
        'SHA-256',
        'Of its content.',
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      ),
      content: matched('Content', 'What is in it.', { contains: 'nobody' }),
      target: matched('Target', 'Where a symbolic link points.', '../run'),
    },
    { what: 'a file check', required: ['path'] },
  ),
  minProperties: 2,
  'x-empty': 'asserts-nothing',
};

const logs = object(
  {
    service: key('Service', 'Whose log; `in` when absent.', 'web', nonEmptyText),
    since: key(
      'Since',
      'Only what came later: `start`, or the id of an earlier step.',
      'start',
      nonEmptyText,
    ),
    stream: key('Stream', 'This stream only.', 'stderr', oneOfWords(['stdout', 'stderr'])),
    ...operators,
  },
  { what: 'a `logs` step', empty: 'asserts-nothing' },
);

/** docs/isolation-checks.md says what each is. */
const checkId = oneOfWords(isolationChecks.map(({ id }) => id));

const isolation = object(
  {
    profile: key('Profile', 'How strict.', 'standard', oneOfWords(['baseline', 'standard', 'strict'])),
    only: key('Only', 'These checks only.', ['ns.pid'], list('a list of checks', checkId, 'asserts-nothing')),
    except: key(
      'Except',
      'Checks that may fail, and why.',
      [{ check: 'lsm.profile', reason: 'this host has its own' }],
      list(
        'a list of exceptions',
        object(
          {
            check: key('Check', 'Its id.', 'lsm.profile', checkId),
            service: key('Service', 'For this service only.', 'db', nonEmptyText),
            reason: key('Reason', 'Why it may fail.', 'this host has its own', nonEmptyText),
          },
          { what: 'an exception', required: ['check', 'reason'] },
        ),
      ),
    ),
  },
  { what: 'an `isolation` step' },
);

/** `web -> db:5432/tcp` */
export const rule: JsonSchema = {
  type: 'string',
  pattern: '->',
  'x-expects': 'a rule such as "web -> db:5432/tcp"',
};

const rules = list('a list of rules', rule, 'asserts-nothing');

const connectivity = object(
  {
    default: key('Default', 'What holds for pairs without a rule.', 'deny', oneOfWords(['deny', 'allow'])),
    allow: key('Allow', 'What must be possible.', ['web -> db:5432/tcp'], rules),
    deny: key('Deny', 'What must not be possible.', ['client -> db:*'], rules),
    also: key(
      'Also',
      'Destinations outside of the scenario.',
      ['host', 'internet'],
      list('a list of destinations', oneOfWords(outsidePlaces), 'asserts-nothing'),
    ),
    groups: key(
      'Groups',
      'Names for several services.',
      { backends: ['a', 'b'] },
      { type: 'object', additionalProperties: list('a list of services', nonEmptyText, 'wrong-value') },
    ),
    families: key(
      'Families',
      'IP versions.',
      [4, 6],
      list('a list of IP versions', { type: 'integer', enum: [4, 6] }, 'wrong-value'),
    ),
  },
  { what: 'a `connectivity` step', empty: 'asserts-nothing' },
);

const checks = (
  what: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
) => {
  const entry = object(properties, { what, required, empty: 'asserts-nothing' });
  return byType(`a list of checks, each ${what}`, {
    object: entry,
    array: list('a list of checks', entry, 'asserts-nothing'),
  });
};

const imageConfigFields = [
  'entrypoint',
  'command',
  'environment',
  'user',
  'working_dir',
  'expose',
  'volumes',
  'stop_signal',
  'shell',
  'labels',
  'healthcheck',
];

const imageCheck = {
  ...object(
    {
      name: key('Name', 'A declared image.', 'web', nonEmptyText),
      config: key(
        'Configuration',
        'Fields of its configuration, by the words of `images: { NAME: { config: … } }`; `environment` is a mapping.',
        { user: 'app' },
        {
          type: 'object',
          'x-what': 'the configuration of an image',
          minProperties: 1,
          'x-empty': 'asserts-nothing',
          propertyNames: { enum: imageConfigFields },
          additionalProperties: ref('matcher'),
        },
      ),
      size: matched('Size', 'In bytes.', { lt: '100m' }),
      layers: matched('Layers', 'How many, or which.', { length: { lte: 5 } }),
    },
    { what: 'an `image` step', required: ['name'] },
  ),
  minProperties: 2,
  'x-empty': 'asserts-nothing',
};

export const kindsOfCheck = {
  files: list('a list of file checks', fileCheck, 'asserts-nothing'),
  processes: checks('a process check', {
    match: key('Match', 'A regular expression over the command line.', 'nginx: worker', nonEmptyText),
    count: matched('Count', 'How many there are; at least one when absent.', { gte: 1 }),
    user: matched('User', 'Whose they are, every one: a name of the image or a number.', 'nginx'),
    pid1: key(
      'PID 1',
      'Whether one of them is process 1. With `init: true`, the default, that is the reaper of Mayfly.',
      true,
      boolean,
    ),
  }),
  ports: checks(
    'a port check',
    {
      port: key('Port', 'The port.', 8080, portNumber),
      proto: key('Protocol', 'tcp (default) or udp.', 'udp', oneOfWords(['tcp', 'udp'])),
      listening: key('Listening', 'Whether something listens; true when absent.', true, boolean),
      address: matched('Address', 'On which address: every listener of the port must match.', '0.0.0.0'),
    },
    ['port'],
  ),
  dns: checks(
    'a DNS check',
    {
      name: key('Name', 'What is asked for.', 'db', nonEmptyText),
      type: key(
        'Type',
        'The type of record.',
        'AAAA',
        oneOfWords(['A', 'AAAA', 'PTR', 'SRV', 'CNAME', 'MX', 'TXT']),
      ),
      answers: matched('Answers', 'The list of answers; not empty when nothing is said.', { length: 1 }),
      rcode: matched('Response code', 'How the server answered; NOERROR when absent.', 'NXDOMAIN'),
    },
    ['name'],
  ),
  image: imageCheck,
  stats: object(
    {
      memory: matched('Memory', 'In bytes.', { lt: '64m' }),
      cpu: matched('CPU', 'In seconds.', { lt: '5s' }),
      pids: matched('Processes', 'How many there are.', { lte: 10 }),
      oom_kills: matched('OOM kills', 'How often the kernel killed for want of memory.', 0),
    },
    { what: 'a `stats` step', empty: 'asserts-nothing' },
  ),
  logs,
  isolation,
  connectivity,
} as const satisfies Readonly<Record<string, JsonSchema>>;
