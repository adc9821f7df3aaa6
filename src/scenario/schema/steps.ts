import { stepKinds } from '../../core/step-kind.ts';
import { byType, type JsonSchema, key, list, object, ref, when, wordPattern } from './json-schema.ts';
import {
  absolutePath,
  boolean,
  duration,
  environment,
  integer,
  nonEmptyText,
  oneOfWords,
  oneOrMoreTexts,
  text,
  textOrNumber,
} from './scalars.ts';
import { stepKindSchemas } from './step-kinds.ts';

const eventually = object(
  {
    within: key('Within', 'How long it may take until it holds.', '10s', duration),
    every: key('Every', 'Time between two tries; 100ms when absent.', '200ms', duration),
  },
  { what: '`eventually`', required: ['within'] },
);

const consistently = object(
  {
    for: key('For', 'How long it must hold.', '2s', duration),
    every: key('Every', 'Time between two looks; 100ms when absent.', '100ms', duration),
  },
  { what: '`consistently`', required: ['for'] },
);

const captureSources = ['stdout', 'stderr', 'output', 'body', 'headers', 'status', 'exit'] as const;

const capture = {
  type: 'object',
  'x-what': '`capture`',
  minProperties: 1,
  'x-empty': 'wrong-value',
  propertyNames: { pattern: wordPattern },
  additionalProperties: object(
    {
      from: key('From', 'Where it is taken from.', 'stdout', oneOfWords(captureSources)),
      json: key('JSONPath', 'The value at this RFC 9535 path.', '$.items[0].id', {
        type: 'string',
        pattern: '^\\$',
        'x-expects': 'a JSONPath, which begins with `$`',
      }),
      regex: key('Regular expression', 'The first group, or the whole match.', 'id=(\\d+)', nonEmptyText),
      line: key(
        'Line',
        'The line with this number, from 1; from the end when negative.',
        1,
        integer('a line number', {}),
      ),
      header: key('Header', 'Which header, with `from: headers`.', 'location', nonEmptyText),
    },
    { what: 'a capture', required: ['from'] },
  ),
};

const modifiers: Readonly<Record<string, JsonSchema>> = {
  id: key('Id', 'For `steps.ID.CAPTURE`.', 'items', {
    type: 'string',
    pattern: wordPattern,
    'x-expects': 'a word of letters, digits, - and _',
  }),
  name: key('Name', 'What reports call the step.', 'web answers', nonEmptyText),
  in: key('In', 'The service it happens in; NAME[2] of a scaled one.', 'client', nonEmptyText),
  user: key('User', 'As whom it runs.', 'postgres', textOrNumber),
  workdir: key('Working directory', 'Where it runs.', '/tmp', absolutePath),
  environment: key('Environment', 'More variables.', { PGUSER: 'shop' }, environment),
  stdin: key('Standard input', 'What the command reads.', 'select 1;', text),
  shell: key(
    'Shell',
    'What runs a text.',
    ['/bin/bash', '-e', '-c'],
    oneOrMoreTexts('a shell, such as [/bin/bash, -e, -c]'),
  ),
  tty: key('Terminal', 'Runs it in a terminal.', true, boolean),
  networks: key(
    'Networks',
    'Of a one-shot `run` with `image:`.',
    ['front'],
    list('a list of networks', nonEmptyText),
  ),
  timeout: key('Time-out', 'How long it may take; 30s when absent.', '5s', duration),
  if: key(
    'If',
    'An expression without braces; otherwise the step is skipped.',
    "matrix.db == 'postgres'",
    byType('an expression', { string: { pattern: '\\S' }, boolean: {} }),
  ),
  background: key('Background', 'Goes on while later steps run.', true, boolean),
  capture: key(
    'Capture',
    'Keeps parts of the result for later steps.',
    { first: { from: 'body', json: '$.id' } },
    capture,
  ),
  eventually: key('Eventually', 'Repeats until it holds.', { within: '10s', every: '200ms' }, eventually),
  consistently: key('Consistently', 'Demands that it holds all the time.', { for: '2s' }, consistently),
  save: key('Save', 'Writes standard output, the body or the log to this file below --output.', 'dump.sql', {
    type: 'string',
    pattern: '^(?!/)(?!(?:.*/)?\\.\\.(?:/|$)).+$',
    'x-expects': 'a relative path without ..',
  }),
  during: key(
    'During',
    'Steps that run while a fault lasts.',
    [{ in: 'a', run: 'true' }],
    list('a list of steps', ref('step'), 'asserts-nothing'),
  ),
  with: key('With', 'Inputs of a fragment.', { user: 'admin' }, { type: 'object' }),
  expect: key(
    'Expect',
    'What must hold. Without it: exit status 0, or a status below 400.',
    { stdout: 'hello' },
    {},
  ),
};

const expectOf = (kind: string, definition: string): JsonSchema =>
  when({ required: [kind] }, { properties: { expect: ref(definition) } });

export const step: JsonSchema = {
  ...object({ ...stepKindSchemas, ...modifiers }, { what: 'a step' }),
  'x-expects': 'a step such as { in: web, run: "true" }',
  // `image` is a kind only when it is a mapping (R17, R18).
  oneOf: stepKinds.map((kind) => ({
    required: [kind],
    ...(kind === 'image' ? { properties: { image: { type: 'object' } } } : {}),
  })),
  allOf: [expectOf('run', 'expectRun'), expectOf('http', 'expectHttp')],
};

export const steps = (title: string, description: string) =>
  key(
    title,
    description,
    [{ in: 'web', run: 'true' }],
    list('a list of steps', ref('step'), 'asserts-nothing'),
  );
