import { exactlyOne, type JsonSchema, key, list, named, object, ref, wordPattern } from './json-schema.ts';
import { operators } from './matchers.ts';
import { nonEmptyText, textOrNumber } from './scalars.ts';
import { rule } from './step-kinds-check.ts';

const anyObject: JsonSchema = { type: 'object' };

/** R26 */
export const include = key(
  'Include',
  'Other scenario files or Compose files.',
  [{ scenario: './common.yaml' }],
  list(
    'a list of files',
    {
      ...object(
        {
          scenario: key('Scenario', 'A scenario file.', './common.yaml', nonEmptyText),
          compose: key('Compose', 'A Compose file, by its own rules.', './compose.yaml', nonEmptyText),
        },
        { what: 'an include' },
      ),
      ...exactlyOne(['scenario', 'compose']),
    },
    'wrong-value',
  ),
);

/** R27, as in GitHub Actions. */
export const matrix = key(
  'Matrix',
  'Runs the scenario once for each combination.',
  { db: ['postgres', 'mysql'] },
  {
    type: 'object',
    'x-what': '`matrix`',
    minProperties: 1,
    'x-empty': 'wrong-value',
    propertyNames: { pattern: wordPattern },
    properties: {
      include: key(
        'Include',
        'More combinations, or more values for some.',
        [{ db: 'sqlite' }],
        list('a list of combinations', anyObject),
      ),
      exclude: key(
        'Exclude',
        'Combinations that do not run.',
        [{ db: 'mysql' }],
        list('a list of combinations', anyObject),
      ),
    },
    additionalProperties: list('a list of values', {}, 'wrong-value'),
  },
);

/** R28 */
const case_ = object(
  {
    name: key('Name', 'What reports call the case; no two have the same.', 'empty cart', nonEmptyText),
    vars: key('Variables', 'For `case.*`.', { items: 0 }, anyObject),
    steps: key(
      'Steps',
      'What is checked.',
      [{ in: 'web', run: 'true' }],
      list('a list of steps', ref('step'), 'asserts-nothing'),
    ),
    table: key(
      'Table',
      'One case for each row.',
      [{ a: 1, b: 2 }],
      list('a list of rows', anyObject, 'asserts-nothing'),
    ),
  },
  { what: 'a case', required: ['steps'] },
);

export const cases = key(
  'Cases',
  'Each runs on a fresh fork of what `setup` left.',
  [{ name: 'empty cart', steps: [{ in: 'web', run: 'true' }] }],
  list('a list of cases', case_, 'asserts-nothing'),
);

/** R12 */
export const policies = key(
  'Policies',
  'Narrow a network to these edges.',
  [{ network: 'back', allow: ['web -> db:5432/tcp'] }],
  list(
    'a list of policies',
    object(
      {
        network: key('Network', 'The network that is narrowed.', 'back', nonEmptyText),
        allow: key(
          'Allow',
          'What may be opened; nothing else passes.',
          ['web -> db:5432/tcp'],
          list('a list of rules', rule), // an empty one lets nothing pass, which is something
        ),
      },
      { what: 'a policy', required: ['network', 'allow'] },
    ),
    'wrong-value',
  ),
);

export const invariants = key(
  'Invariants',
  'Hold from start to teardown.',
  [{ service: 'db', oom_kills: 0 }],
  list(
    'a list of invariants',
    object(
      {
        name: key('Name', 'What reports call it.', 'no panic', nonEmptyText),
        service: key('Service', 'The service it speaks of.', 'db', nonEmptyText),
        memory: key('Memory', 'In bytes.', { lt: '64m' }, ref('matcher')),
        cpu: key('CPU', 'In seconds.', { lt: '5s' }, ref('matcher')),
        pids: key('Processes', 'How many there are.', { lte: 10 }, ref('matcher')),
        oom_kills: key('OOM kills', 'How often the kernel killed for want of memory.', 0, ref('matcher')),
        restarts: key('Restarts', 'How often it was started again.', 0, ref('matcher')),
        logs: key(
          'Logs',
          'What its log must match.',
          { not: { matches: 'PANIC' } },
          object(operators, { what: '`logs`', empty: 'asserts-nothing' }),
        ),
      },
      { what: 'an invariant', required: ['service'] },
    ),
    'asserts-nothing',
  ),
);

export const fragments = key(
  'Fragments',
  'Steps with a name, for `use`.',
  { login: { steps: [{ in: 'web', run: 'true' }] } },
  named(
    'fragments',
    object(
      {
        inputs: key(
          'Inputs',
          'Names that `with` gives values, and their defaults; one without must be given. Expressions read `inputs.NAME`.',
          { user: 'admin' },
          anyObject,
        ),
        steps: key(
          'Steps',
          'What is done.',
          [{ in: 'web', run: 'true' }],
          list('a list of steps', ref('step'), 'asserts-nothing'),
        ),
      },
      { what: 'a fragment', required: ['steps'] },
    ),
  ),
);

/** R7, R8 */
export const vars = key(
  'Variables',
  'For `vars.*`; `--var` overrides them.',
  { port: 8080 },
  named('vars', {}, wordPattern),
);

export const secrets = key(
  'Secrets',
  'For `secrets.*`; masked wherever they would be shown.',
  { DB_PASSWORD: { environment: 'DB_PASSWORD' } },
  named(
    'secrets',
    {
      ...object(
        {
          environment: key(
            'Environment',
            'The variable of the environment of Mayfly it comes from.',
            'DB_PASSWORD',
            nonEmptyText,
          ),
          file: key('File', 'The file it comes from.', './password.txt', nonEmptyText),
          default: key('Default', 'Used when there is none.', 'changeme', textOrNumber),
        },
        { what: 'a secret', empty: 'wrong-value' },
      ),
      'x-expects': 'where it comes from, such as { environment: DB_PASSWORD }',
    },
    wordPattern,
  ),
);
