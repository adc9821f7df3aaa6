import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../src/core/json.ts';
import type { Step } from '../../../../src/core/scenario.ts';
import { nameOfStep } from '../../../../src/scenario/plan/step/step-name.ts';
import { planOf, problemsOf } from '../scenario-builder.ts';

const services = { web: { image: 'tools' }, db: { image: 'tools' } };

function stepOf(step: JsonObject): Step {
  const [planned] = planOf({ services, networks: { front: null }, steps: [step] }).steps;
  if (planned === undefined) throw new Error('no step');
  return planned;
}

function stepProblems(step: JsonObject): readonly string[] {
  return problemsOf({ services, networks: { front: null }, steps: [step] });
}

interface Case {
  readonly name: string;
  readonly step: JsonObject;
  readonly gives: object;
}

const cases: readonly Case[] = [
  {
    name: 'R17 the defaults',
    step: { in: 'web', run: 'true' },
    gives: {
      kind: 'run',
      in: 'web',
      value: 'true',
      timeoutMs: 30_000,
      tty: false,
      background: false,
      capture: {},
      path: '/steps/0',
    },
  },
  {
    name: 'R18 a one-shot is on the default network',
    step: { image: 'tools', run: 'true' },
    gives: { image: 'tools', networks: ['default'] },
  },
  {
    name: 'R18 a one-shot names its networks',
    step: { image: 'tools', run: ['true'], networks: ['front'] },
    gives: { networks: ['front'], value: ['true'] },
  },
  {
    name: 'R17 image with a mapping is a kind',
    step: { image: { name: 'tools', layers: 1 } },
    gives: { kind: 'image', value: { name: 'tools', layers: 1 } },
  },
  {
    name: 'R17 a shell of one word gets -e -c',
    step: { in: 'web', run: 'x', shell: 'bash' },
    gives: { shell: ['bash', '-e', '-c'] },
  },
  {
    name: 'R17 a shell of several words is taken as it is',
    step: { in: 'web', run: 'x', shell: 'bash -euo pipefail -c' },
    gives: { shell: ['bash', '-euo', 'pipefail', '-c'] },
  },
  {
    name: 'R17 a shell as a list',
    step: { in: 'web', run: 'x', shell: ['/bin/sh', '-c'] },
    gives: { shell: ['/bin/sh', '-c'] },
  },
  {
    name: 'R19 modifiers',
    step: {
      in: 'web',
      run: 'x',
      id: 'a',
      name: 'n',
      user: 5,
      workdir: '/w',
      environment: { A: 1 },
      stdin: 's',
      tty: true,
      timeout: '5s',
      if: "matrix.x == 'y'",
      background: true,
      save: 'a/b.txt',
    },
    gives: {
      id: 'a',
      name: 'n',
      user: '5',
      workdir: '/w',
      environment: { A: '1' },
      stdin: 's',
      tty: true,
      timeoutMs: 5000,
      if: "matrix.x == 'y'",
      background: true,
      save: 'a/b.txt',
    },
  },
  {
    name: 'R20 eventually',
    step: { in: 'web', run: 'x', eventually: { within: '10s', every: '200ms' } },
    gives: { eventually: { withinMs: 10_000, everyMs: 200 } },
  },
  {
    name: 'R20 consistently',
    step: { in: 'web', run: 'x', consistently: { for: '2s' } },
    gives: { consistently: { forMs: 2000, everyMs: 100 } },
  },
  {
    name: 'R19 capture',
    step: {
      in: 'web',
      run: 'x',
      capture: {
        a: { from: 'stdout', json: '$.x' },
        b: { from: 'headers', header: 'location' },
        c: { from: 'output', line: 2 },
      },
    },
    gives: {
      capture: {
        a: { from: 'stdout', json: '$.x' },
        b: { from: 'headers', header: 'location' },
        c: { from: 'output', line: 2 },
      },
    },
  },
  {
    name: 'R17 expect stays as written',
    step: { in: 'web', run: 'x', expect: { stdout: '1' } },
    gives: { expect: { stdout: '1' } },
  },
  {
    name: 'R17 http needs no place',
    step: { http: { url: 'http://web/' } },
    gives: { kind: 'http', value: { url: 'http://web/' } },
  },
];

describe('steps', () => {
  test.each(cases)('$name', ({ step, gives }) => {
    expect(stepOf(step)).toMatchObject(gives);
  });

  test('R18 a one-shot is on no network when the scenario has no default one', () => {
    const [step] = planOf({ steps: [{ image: 'tools', run: 'true' }] }).steps;
    expect(step?.networks).toEqual([]);
  });

  test('finally is planned like steps', () => {
    const plan = planOf({ services, finally: [{ in: 'db', run: 'dump' }] });
    expect(plan.finally).toMatchObject([{ in: 'db', path: '/finally/0' }]);
  });
});

const mistakes: readonly (readonly [JsonObject, string])[] = [
  [{ run: 'true' }, 'SCENARIO_MISSING_KEY at /steps/0: a `run` needs a place'],
  [{ in: 'wob', run: 'true' }, 'SCENARIO_UNDECLARED at /steps/0/in: service `wob` is not declared'],
  [{ in: 'web', image: 'tools', run: 'true' }, 'SCENARIO_CONFLICT at /steps/0/image: `image` beside `in`'],
  [
    { in: 'web', run: 'true', wait: '1s' },
    'SCENARIO_CONFLICT at /steps/0: a step is exactly one of run, wait',
  ],
  [{ in: 'web' }, 'SCENARIO_MISSING_KEY at /steps/0: a step that does nothing'],
  [
    { image: 'tools', run: 'x', networks: ['none'] },
    'SCENARIO_UNDECLARED at /steps/0/networks/0: network `none` is not declared',
  ],
  [
    { in: 'web', run: 'x', timeout: '5' },
    'SCENARIO_WRONG_UNIT at /steps/0/timeout: `timeout` `5` is no duration',
  ],
  [
    { in: 'web', run: 'x', save: '../x' },
    'SCENARIO_FORBIDDEN at /steps/0/save: `../x` would lie outside of --output',
  ],
  [
    { in: 'web', run: 'x', eventually: { within: '1s' }, consistently: { for: '1s' } },
    'SCENARIO_CONFLICT at /steps/0/consistently: `eventually` and `consistently` in one step',
  ],
  [
    { in: 'web', run: 'x', shell: 'bash | sh' },
    'SCENARIO_WRONG_VALUE at /steps/0/shell: `shell` must be plain words',
  ],
  [{ wait: '10' }, 'SCENARIO_WRONG_UNIT at /steps/0/wait: `wait` `10` is no duration'],
  [
    { control: { stop: 'wob' } },
    'SCENARIO_UNDECLARED at /steps/0/control/stop: service `wob` is not declared',
  ],
  [
    { copy: { from: '../secret', to: 'web:/x' } },
    "SCENARIO_FORBIDDEN at /steps/0/copy/from: `../secret` lies outside the scenario's folder",
  ],
  [
    { copy: { from: 'web:/x', to: '/etc/cron.d/x' } },
    "SCENARIO_FORBIDDEN at /steps/0/copy/to: `/etc/cron.d/x` lies outside the scenario's folder",
  ],
  [
    { copy: { from: 'wob:/x', to: './x' } },
    'SCENARIO_UNDECLARED at /steps/0/copy/from: service `wob` is not declared',
  ],
];

test.each(mistakes)('R1 R17 a step that cannot be: %j', (step, problem) => {
  expect(stepProblems(step)).toEqual([problem]);
});

test.each([
  ['run', 'psql -At\n  -c "select 1"', 'run psql -At -c "select 1"'],
  ['run', ['sh', '-c', 'true'], 'run sh -c true'],
  ['run', 'x'.repeat(100), `run ${'x'.repeat(55)}…`],
  ['http', { url: 'http://web/' }, 'GET http://web/'],
  ['http', { url: 'http://web/', json: {} }, 'POST http://web/'],
  ['http', { url: 'http://web/', method: 'PUT' }, 'PUT http://web/'],
  ['wait', '2s', 'wait 2s'],
  ['wait', { within: '1s', port: 80 }, 'wait for port 80'],
  ['files', [{ path: '/a' }, { path: '/b' }], 'files /a, /b'],
  ['logs', { service: 'web', contains: 'x' }, 'logs web'],
  ['copy', { from: './a', to: 'web:/a' }, 'copy ./a to web:/a'],
  ['control', { stop: 'web', grace: '1s' }, 'stop web'],
  ['isolation', { profile: 'standard' }, 'isolation'],
] as const)('R19 a step without a name is called by what it does: %s %j', (kind, value, name) => {
  expect(nameOfStep(kind, value)).toBe(name);
});
