import { describe, expect, test } from 'vitest';
import { MayflyError, MayflyErrors } from '../../../src/core/mayfly-error.ts';
import type { FakePrograms } from '../../../src/engine/fake/fake-program.ts';
import { renderPlan } from '../../../src/report/render-plan.ts';
import { loadScenarios } from '../../../src/scenario/load/load-scenarios.ts';
import { describePlan } from '../../../src/scenario/plan/describe-plan.ts';
import { planOf } from '../plan/scenario-builder.ts';
import { runYaml } from './from-yaml.ts';
import type { Ran } from './runner-kit.ts';

const programs: FakePrograms = {
  /** Says what it was given, after a second. */
  slowly: async (machine) => {
    await machine.sleep(1_000);
    await machine.write(`${machine.argv.slice(1).join(' ')}\n`);
    return 0;
  },
  fail: () => 3,
};

const head = `
name: groups
images: { tools: { host: [sh] } }
services:
  a: { image: tools, command: [sleep, infinity] }
  b: { image: tools, command: [sleep, infinity] }
`;

const outcomes = (ran: Ran): readonly string[] =>
  ran.of('stepFinished').map(({ step, outcome }) => `${step} ${outcome}`);
const durationOf = (ran: Ran, path: string): number | undefined =>
  ran.of('stepFinished').find(({ step }) => step === path)?.durationMs;

describe('R17 parallel', () => {
  test('R17 its steps run at the same time, and it ends with the last', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - parallel:
      - { in: a, run: [slowly, one], expect: { stdout: one } }
      - { in: b, run: [slowly, two], expect: { stdout: two } }
      - { wait: 300ms }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    expect(durationOf(ran, '/steps/0')).toBe(1_000);
    expect(outcomes(ran)).toEqual([
      '/steps/0/parallel/2 passed',
      '/steps/0/parallel/0 passed',
      '/steps/0/parallel/1 passed',
      '/steps/0 passed',
    ]);
  });

  test('R17 one that fails does not stop the others; what follows does not run', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - parallel:
      - { in: a, run: [fail] }
      - { in: b, run: [slowly, two] }
  - { in: a, run: [slowly, three] }
`,
      { programs },
    );
    expect(outcomes(ran)).toEqual([
      '/steps/0/parallel/0 failed',
      '/steps/0/parallel/1 passed',
      '/steps/0 failed',
      '/steps/1 skipped',
    ]);
    expect(ran.of('stepFinished').at(-2)).toMatchObject({
      reason: 'a step of it did not pass',
      problems: [],
    });
    expect(ran.problems).toMatchObject([{ subject: 'exit', actual: '3' }]);
    expect(ran.outcome).toBe('failed');
  });

  test('R19 its time-out is for all of them together', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - timeout: 500ms
    parallel: [{ in: a, run: [slowly, one] }, { wait: 100ms }]
`,
      { programs },
    );
    expect(ran.outcome).toBe('failed');
    expect(ran.problems).toMatchObject([{ code: 'TIMEOUT', message: expect.stringContaining('500 ms') }]);
  });

  test('R19 R20 without a time-out of its own it may take as long as its steps may', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - { background: true, in: a, run: 'sleep 50; touch /done' }
  - parallel: [{ in: a, run: 'test -e /done', eventually: { within: 90s } }]
`,
    );
    expect(ran.problems).toEqual([]);
  });

  test('R19 `if` skips it whole', async () => {
    const ran = await runYaml(`${head}\nsteps:\n  - { if: 'false', parallel: [{ wait: 1s }] }\n`);
    expect(outcomes(ran)).toEqual(['/steps/0 skipped']);
  });
});

const fragments = `
vars: { who: world }
fragments:
  greet:
    inputs: { where: a, text: "hello \${{ vars.who }}", more: "" }
    steps:
      - id: said
        name: greet with \${{ inputs.text }}
        in: \${{ inputs.where }}
        run: [slowly, "\${{ inputs.text }}\${{ inputs.more }}"]
        capture: { line: { from: stdout } }
      - in: \${{ inputs.where }}
        run: [echo, "\${{ steps.said.line }}"]
        expect: { stdout: "\${{ inputs.text }}\${{ inputs.more }}" }
`;

describe('R17 use', () => {
  test('R17 does the steps of a fragment in order, with its inputs and their defaults', async () => {
    const ran = await runYaml(
      `${head}${fragments}
steps:
  - { use: greet }
  - { use: greet, with: { where: b, text: bye } }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    expect(ran.of('stepFinished').map(({ step, name }) => [step, name])).toEqual([
      ['/steps/0/use/0', 'greet with hello world'],
      ['/steps/0/use/1', expect.anything()],
      ['/steps/0', 'use greet'],
      ['/steps/1/use/0', 'greet with bye'],
      ['/steps/1/use/1', expect.anything()],
      ['/steps/1', 'use greet'],
    ]);
    expect(ran.of('stepStarted').map((event) => event.in)).toEqual([
      undefined,
      'a',
      'a',
      undefined,
      'b',
      'b',
    ]);
  });

  test('R7 R17 inputs may read captures; what a fragment captures is known under the id of its use', async () => {
    const ran = await runYaml(
      `${head}${fragments}
steps:
  - { id: first, in: a, run: [slowly, one], capture: { word: { from: stdout } } }
  - { id: greeted, use: greet, with: { more: " \${{ steps.first.word }}" } }
  - { in: a, run: [echo, "\${{ steps.greeted.line }}"], expect: { stdout: hello world one } }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
  });

  test('R17 two uses at the same time do not see each other’s captures', async () => {
    const ran = await runYaml(
      `${head}${fragments}
steps:
  - parallel:
      - { id: one, use: greet, with: { text: one } }
      - { id: two, use: greet, with: { text: two } }
  - { in: a, run: [echo, "\${{ steps.one.line }} \${{ steps.two.line }}"], expect: { stdout: one two } }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
  });

  test('R17 a step that fails skips the rest of its fragment, and is told at its place in the fragment', async () => {
    const ran = await runYaml(
      `${head}
fragments: { broken: { steps: [{ in: a, run: [fail] }, { in: a, run: [slowly] }] } }
steps:
  - { use: broken }
  - { wait: 1s }
`,
      { programs },
    );
    expect(outcomes(ran)).toEqual([
      '/steps/0/use/0 failed',
      '/steps/0/use/1 skipped',
      '/steps/0 failed',
      '/steps/1 skipped',
    ]);
    expect(ran.problems).toMatchObject([{ at: { line: 8 }, sourceLine: expect.stringContaining('broken') }]);
  });

  test('R28 a fragment reads what a case gives it', async () => {
    const ran = await runYaml(
      `${head}${fragments}
cases:
  - { name: one, vars: { word: x }, steps: [{ use: greet, with: { text: "\${{ case.word }}" } }] }
  - { name: two, table: [{ word: y }, { word: z }], steps: [{ use: greet, with: { text: "\${{ case.word }}" } }] }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    expect(ran.of('stepFinished').flatMap(({ name }) => (name.startsWith('greet') ? [name] : []))).toEqual([
      'greet with x',
      'greet with y',
      'greet with z',
    ]);
  });
});

test('R17 the plan tells the steps that a step holds', () => {
  const steps = [{ parallel: [{ wait: '1s' }, { use: 'x' }] }];
  const plan = planOf({ services: web, fragments: { x: { steps: [{ wait: '2s' }] } }, steps });
  expect(describePlan(plan).steps).toMatchObject([
    { kind: 'parallel', steps: [{ name: 'wait 1s' }, { name: 'use x', steps: [{ name: 'wait 2s' }] }] },
  ]);
  expect(renderPlan({ seed: 1, scenarios: [plan] }, { columns: 80, color: false })).toMatch(
    /1 +parallel[\s\S]*1\.1 +wait 1s[\s\S]*1\.2\.1 +wait 2s/,
  );
});

test('R19 in `finally`, what would happen in a service that never started is skipped', async () => {
  const ran = await runYaml(
    `${head}  late: { image: tools, command: [fail], depends_on: { a: { condition: service_started } } }
  later: { image: tools, command: [sleep, infinity], depends_on: { late: { condition: service_completed_successfully } } }
steps: [{ wait: 1s }]
finally:
  - parallel: [{ in: a, run: "true" }, { in: later, run: "true" }]
`,
    { programs },
  );
  expect(ran.of('stepFinished').at(-1)).toMatchObject({
    step: '/finally/0',
    outcome: 'skipped',
    reason: '`later` was never started',
  });
});

describe('R19 background', () => {
  test('R19 goes on while later steps run, and is waited for by its id', async () => {
    const ran = await runYaml(
      `${head}
steps:
  - { id: bg, background: true, in: a, run: [slowly, one], expect: { stdout: one } }
  - { wait: 400ms }
  - { wait: { step: bg } }
`,
      { programs },
    );
    expect(ran.problems).toEqual([]);
    expect(durationOf(ran, '/steps/2')).toBe(600);
  });

  test('R19 ends with the scenario', async () => {
    const ran = await runYaml(
      `${head}\nsteps:\n  - { background: true, in: a, run: [sleep, infinity] }\n  - { wait: 1s }\n`,
    );
    expect(ran.outcome).toBe('passed');
    expect(ran.of('stepFinished').find(({ step }) => step === '/steps/0')).toMatchObject({
      outcome: 'passed',
      reason: 'ended with the scenario',
    });
  });

  test('R19 one that fails fails the scenario, and whoever waits for it', async () => {
    const failing = `${head}\nsteps:\n  - { id: bg, background: true, in: a, run: [fail] }\n  - { wait: 1s }\n`;
    expect((await runYaml(failing, { programs })).outcome).toBe('failed');
    const waiting = await runYaml(`${failing}  - { wait: { step: bg } }\n  - { wait: 1s }\n`, { programs });
    expect(outcomes(waiting).slice(-2)).toEqual(['/steps/2 failed', '/steps/3 skipped']);
    expect(waiting.problems.map(({ message }) => message)).toContain('the background step `bg` failed');
  });
});

const web = { web: { image: 'tools', command: ['sh'] } };

describe('R1 what is wrong with groups', () => {
  const loaded = (steps: string): readonly string[] =>
    loadScenarios('x.yaml', `${head}${fragments}\nsteps:\n${steps}\n`).errors.map(
      ({ code, message }) => `${code} ${message}`,
    );

  test.each([
    ['  - { parallel: [] }', 'SCENARIO_ASSERTS_NOTHING'],
    [
      '  - { use: greet, eventually: { within: 1s } }',
      'SCENARIO_NO_EFFECT `eventually` has no effect on a `use` step',
    ],
    ['  - { use: greet, expect: { exit: 0 } }', 'SCENARIO_NO_EFFECT `expect` has no effect on a `use` step'],
    ['  - { wait: 1s, with: { a: 1 } }', 'SCENARIO_NO_EFFECT `with` has no effect on a `wait` step'],
    [
      '  - { in: a, run: "echo ${{ inputs.text }}" }',
      'EXPRESSION_UNDEFINED `inputs` are known only in `fragments`',
    ],
    [
      '  - { use: greet }\n  - { in: a, run: "echo ${{ steps.said.line }}" }',
      'SCENARIO_UNDECLARED no step has the id `said`',
    ],
    [
      '  - { id: g, use: greet }\n  - { in: a, run: "echo ${{ steps.g.lin }}" }',
      'SCENARIO_UNDECLARED the step `g` (line ',
    ],
    [
      '  - parallel:\n    - { id: x, in: a, run: "true", capture: { y: { from: stdout } } }\n    - { in: a, run: "echo ${{ steps.x.y }}" }',
      'SCENARIO_UNDECLARED the step `x` runs at the same time as this one',
    ],
    ['  - { wait: { step: nobody } }', 'SCENARIO_UNDECLARED no step has the id `nobody`'],
    [
      '  - { id: x, in: a, run: "true" }\n  - { wait: { step: x } }',
      'SCENARIO_UNDECLARED `x` is no step in the background before this one',
    ],
  ])('%s', (steps, wanted) => {
    expect(loaded(steps)).toEqual([expect.stringContaining(wanted)]);
  });

  const planned = (document: Parameters<typeof planOf>[0]): readonly string[] => {
    try {
      planOf({ services: web, ...document });
      return [];
    } catch (error) {
      const errors = error instanceof MayflyErrors ? error.errors : [error];
      return errors.flatMap((one) => (one instanceof MayflyError ? [`${one.code} ${one.message}`] : []));
    }
  };

  test.each([
    {
      name: 'a fragment that is not there',
      steps: [{ use: 'x' }],
      fragments: {},
      wanted: 'SCENARIO_UNDECLARED there is no fragment `x`',
    },
    {
      name: 'an input it does not have',
      steps: [{ use: 'x', with: { user: 1 } }],
      fragments: { x: { inputs: { name: 'a' }, steps: [{ wait: '1s' }] } },
      wanted: 'SCENARIO_UNDECLARED the fragment has no input `user`',
    },
    {
      name: 'an input without a default',
      steps: [{ use: 'x' }],
      fragments: { x: { inputs: { name: null }, steps: [{ wait: '1s' }] } },
      wanted: 'SCENARIO_MISSING_KEY the input `name` has no default',
    },
    {
      name: 'a circle',
      steps: [{ use: 'x' }],
      fragments: { x: { steps: [{ use: 'y' }] }, y: { steps: [{ parallel: [{ use: 'x' }] }] } },
      wanted: 'SCENARIO_CYCLE fragments use each other: x → y → x',
    },
  ])('$name', ({ steps, fragments: own, wanted }) => {
    expect(planned({ steps, fragments: own })).toEqual([wanted]);
  });

  test('R5 fragments that multiply each other end at a limit', () => {
    const twice = (name: string) => ({ steps: Array.from({ length: 20 }, () => ({ use: name })) });
    const own = {
      a: twice('b'),
      b: twice('c'),
      c: twice('d'),
      d: twice('e'),
      e: { steps: [{ wait: '1s' }] },
    };
    expect(planned({ steps: [{ use: 'a' }], fragments: own })).toContainEqual(
      expect.stringContaining('SCENARIO_LIMIT fragments make more than maxFragmentSteps (5000) steps'),
    );
  });
});
