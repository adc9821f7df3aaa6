import { capabilityNames } from '../../core/capability-names.ts';
import { rlimitNames } from '../../core/rlimit-names.ts';
import { byType, type JsonSchema, key, list, object } from './json-schema.ts';
import { boolean, integer, mapOrAssignments, size, sizeOrUnlimited } from './scalars.ts';

const capabilities = ['ALL', ...[...capabilityNames].sort()];

const capability: JsonSchema = {
  type: 'string',
  enum: capabilities.flatMap((name) => [name, `CAP_${name}`]),
  'x-expects': 'a capability such as NET_ADMIN',
};

const ulimit = byType('a number, or { soft: …, hard: … }', {
  integer: { minimum: -1 },
  object: object(
    {
      soft: key(
        'Soft limit',
        'What applies.',
        1024,
        integer('a whole number, or -1 for none', { minimum: -1 }),
      ),
      hard: key(
        'Hard limit',
        'How far it may be raised.',
        4096,
        integer('a whole number, or -1 for none', { minimum: -1 }),
      ),
    },
    { what: 'a limit', required: ['soft', 'hard'] },
  ),
});

const cpus = byType('a number of cores such as 0.5', {
  number: { minimum: 0.01 },
  string: { pattern: '^[0-9]*\\.?[0-9]+$|\\$\\{\\{' },
});

const pids = integer('a whole number, or -1 for no limit', { minimum: -1 });

const deploy = object(
  {
    replicas: key(
      'Replicas',
      "How many instances there are: Compose's other word for `scale`.",
      2,
      integer('a whole number from 0', { minimum: 0 }),
    ),
    resources: key(
      'Resources',
      'What it may use.',
      { limits: { memory: '128m' } },
      object(
        {
          limits: key(
            'Limits',
            'The most it may use.',
            { cpus: 0.5, memory: '128m', pids: 64 },
            object(
              {
                cpus: key('CPUs', 'In cores.', 0.5, cpus),
                memory: key('Memory', 'The most memory.', '128m', size),
                pids: key('Processes', 'The most processes and threads.', 64, pids),
              },
              { what: '`limits`', empty: 'wrong-value' },
            ),
          ),
        },
        { what: '`resources`', required: ['limits'] },
      ),
    ),
  },
  { what: '`deploy`', empty: 'wrong-value' },
);

/** What a service may use and what it may do (R13). */
export const serviceLimits: Readonly<Record<string, JsonSchema>> = {
  cap_add: key(
    'Add capabilities',
    "Beside Docker's default set without NET_RAW.",
    ['NET_ADMIN'],
    list('a list of capabilities', capability),
  ),
  cap_drop: key(
    'Drop capabilities',
    'ALL drops every one.',
    ['ALL'],
    list('a list of capabilities', capability),
  ),
  security_opt: key(
    'Security options',
    'no-new-privileges (on by default), seccomp, systempaths=unconfined; apparmor and label are not available yet.',
    ['no-new-privileges:true'],
    list('a list of options', {
      type: 'string',
      pattern: '^(?:no-new-privileges(?:[:=](?:true|false))?|(?:seccomp|apparmor|label|systempaths)[:=].+)$',
      'x-expects': 'no-new-privileges:true, seccomp=…, apparmor=…, label=… or systempaths=unconfined',
    }),
  ),
  privileged: key('Privileged', 'All rights of the sandbox; only with --allow-privileged.', true, boolean),
  pids_limit: key('Processes', 'The most processes and threads.', 64, pids),
  mem_limit: key('Memory', 'The most memory.', '128m', size),
  memswap_limit: key('Memory and swap', 'Both together; -1 for no limit.', '256m', sizeOrUnlimited),
  cpus: key('CPUs', 'In cores.', 0.5, cpus),
  cpuset: key('CPU set', 'Which cores.', '0-1', {
    type: 'string',
    pattern: '^[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*$',
    'x-expects': 'cores such as "0-1,3"',
  }),
  oom_score_adj: key(
    'OOM score',
    'From -1000 (last to be killed) to 1000.',
    500,
    integer('a whole number from -1000 to 1000', { minimum: -1000, maximum: 1000 }),
  ),
  ulimits: key(
    'Limits',
    'As ulimit knows them.',
    { nofile: { soft: 1024, hard: 4096 } },
    {
      type: 'object',
      'x-what': '`ulimits`',
      propertyNames: {
        enum: [...rlimitNames],
      },
      additionalProperties: ulimit,
    },
  ),
  sysctls: key(
    'Kernel parameters',
    "Of the container's own namespaces.",
    { 'net.core.somaxconn': 1024 },
    mapOrAssignments('parameters as a mapping or a list', '^[^=\\s]+=.*$'),
  ),
  deploy: key('Deploy', "Compose's place for limits.", { resources: { limits: { memory: '128m' } } }, deploy),
  labels: key(
    'Labels',
    'For people and tools.',
    { team: 'shop' },
    mapOrAssignments('labels as a mapping or a list', '^[^=]+'),
  ),
  annotations: key(
    'Annotations',
    'For people and tools.',
    { note: 'x' },
    mapOrAssignments('annotations as a mapping or a list', '^[^=]+'),
  ),
};
