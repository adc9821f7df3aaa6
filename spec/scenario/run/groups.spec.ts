import { describe, expect, test } from 'vitest';
import { MayflyError, MayflyErrors } from '../../../src/core/mayfly-error.ts';
import { renderPlan } from '../../../src/report/render-plan.ts';
import { loadScenarios } from '../../../src/scenario/load/load-scenarios.ts';
import { describePlan } from '../../../src/scenario/plan/describe-plan.ts';
import { planOf } from '../plan/scenario-builder.ts';
import { runYaml } from './from-yaml.ts';
import { fragments, head, programs, web } from './groups-kit.ts';

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
