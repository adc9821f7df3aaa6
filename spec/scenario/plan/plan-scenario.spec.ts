import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { MayflyErrors } from '../../../src/core/mayfly-error.ts';
import { planScenario } from '../../../src/scenario/plan/plan-scenario.ts';
import {
  containerOf,
  planOf,
  problemsOf,
  scenarioOf,
  serviceProblems,
  testOptions,
} from './scenario-builder.ts';

const web = { web: { image: 'tools' } };

describe('R32 vars', () => {
  const defaults = { ...testOptions.defaults, vars: { a: 'config', b: 'config', c: 'config' } };

  test('R32 the command line wins over the scenario, the scenario over the configuration', () => {
    const plan = planOf({ vars: { a: 'scenario', b: 'scenario' } }, { vars: { a: 'line' }, defaults });
    expect(plan.vars).toEqual({ a: 'line', b: 'scenario', c: 'config' });
  });

  test('R7 a value that is one whole expression keeps its type', () => {
    const plan = planOf({
      vars: { port: 8080, base: 'http://web' },
      services: { web: { image: 'tools', ready: { port: '${{ vars.port }}' } } },
      steps: [{ http: { url: '${{ vars.base }}:${{ vars.port }}/' } }],
    });
    expect(plan.services[0]?.ready?.condition).toEqual({ kind: 'port', value: 8080 });
    expect(plan.steps[0]?.value).toEqual({ url: 'http://web:8080/' });
  });

  test('R7 a variable may read those before it, the matrix and the environment', () => {
    const document = {
      matrix: { db: ['pg'] },
      vars: { a: '${{ matrix.db }}', b: '${{ vars.a }}-${{ env.USER }}' },
    };
    expect(planOf(document, { env: { USER: 'me' } }).vars).toEqual({ a: 'pg', b: 'pg-me' });
  });

  test('R7 the run has an id and a seed', () => {
    const document = {
      services: { web: { image: 'tools', environment: { A: '${{ run.id }}-${{ run.seed }}' } } },
    };
    expect(planOf(document, { runId: 'x1' }).services[0]?.container.environment).toEqual({ A: 'x1-7' });
  });
});

describe('R1 types are checked again after interpolation', () => {
  const port = { ready: { port: '${{ vars.port }}' } };

  test('R1 R7 a port that becomes text is an error at its place', () => {
    expect(serviceProblems(port, { vars: { port: 'abc' } })).toEqual([
      'SCENARIO_WRONG_VALUE at /services/web/ready/port: `abc` is no port',
    ]);
  });

  const cases: readonly (readonly [JsonObject, string])[] = [
    [
      { init: '${{ vars.text }}' },
      'SCENARIO_WRONG_TYPE at /services/web/init: `init` `abc` must be true or false',
    ],
    [
      { mem_limit: '${{ vars.text }}' },
      'SCENARIO_WRONG_UNIT at /services/web/mem_limit: `mem_limit` `abc` is no size',
    ],
    [
      { networks: '${{ vars.map }}' },
      'SCENARIO_UNDECLARED at /services/web/networks: network `a` is not declared',
    ],
    [
      { user: '${{ vars.map }}' },
      'SCENARIO_WRONG_TYPE at /services/web/user: `user` (a mapping) must be a text or a number',
    ],
  ];

  test.each(cases)('R1 R7 %j', (service, problem) => {
    expect(serviceProblems(service, { vars: { text: 'abc', map: { a: 1 } } })).toEqual([problem]);
  });

  test('R1 R7 what only the schema knows is checked as well', () => {
    const steps = [{ in: 'web', files: [{ path: '/a', exists: '${{ vars.text }}' }] }];
    expect(problemsOf({ vars: { text: 'abc' }, services: web, steps })).toEqual([
      'SCENARIO_WRONG_TYPE at /steps/0/files/0/exists: ${{ vars.text }} has become "abc", which cannot stand here',
    ]);
  });
});

describe('R7 expressions that are known only later', () => {
  test('R7 values and expectations of steps keep what reads captures and services', () => {
    const steps = [
      { id: 'a', in: 'web', run: 'echo 1', capture: { x: { from: 'stdout' } } },
      {
        in: 'web',
        run: 'echo ${{ steps.a.x }}',
        environment: { IP: '${{ services.web.ip }}' },
        expect: { stdout: '${{ steps.a.x }}' },
      },
    ];
    expect(planOf({ services: web, steps }).steps[1]).toMatchObject({
      value: 'echo ${{ steps.a.x }}',
      environment: { IP: '${{ services.web.ip }}' },
      expect: { stdout: '${{ steps.a.x }}' },
    });
  });

  test('R7 what a value brings in is not read as an expression by the second pass', () => {
    const plan = planOf(
      { vars: { evil: '${{ secrets.X }}' }, services: web },
      { vars: { evil: '${{ secrets.X }}' } },
    );
    expect(plan.vars).toEqual({ evil: '${{ secrets.X }}' });
    const steps = [{ in: 'web', run: 'echo ${{ vars.evil }}' }];
    const planned = planOf({ services: web, steps }, { vars: { evil: '${{ secrets.X }}' } });
    expect(planned.steps[0]?.value).toBe('echo $${{ secrets.X }}');
  });

  test('R7 a service cannot read what only steps can', () => {
    const [problem] = serviceProblems({ command: ['${{ steps.a.b }}'] });
    expect(problem).toContain('EXPRESSION_UNDEFINED at /services/web/command/0');
  });

  test('R7 an undefined name is one error, not also one about its type', () => {
    const problems = serviceProblems({ init: '${{ vars.nope }}' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('EXPRESSION_UNDEFINED at /services/web/init');
  });

  test('R8 only the variables that late expressions read are in the plan', () => {
    const steps = [{ in: 'web', run: 'echo ${{ default(steps.a.b, env.SHOWN) }}' }];
    expect(planOf({ services: web, steps }, { env: { SHOWN: '1', HIDDEN: '2' } }).env).toEqual({
      SHOWN: '1',
    });
  });
});

describe('R8 secrets', () => {
  const secrets = { PASSWORD: { environment: 'DB_PASSWORD', default: 'changeme' } };

  test('R8 from the environment, or else the default', () => {
    expect(planOf({ secrets }).secrets).toEqual({ PASSWORD: 'changeme' });
    expect(planOf({ secrets }, { env: { DB_PASSWORD: 's3cret' } }).secrets).toEqual({ PASSWORD: 's3cret' });
  });

  test('R8 from a file beside the scenario', () => {
    const readText = (path: string): string => `content of ${path}`;
    expect(planOf({ secrets: { A: { file: './a.txt' } } }, { readText }).secrets).toEqual({
      A: 'content of /work/scenarios/a.txt',
    });
    expect(problemsOf({ secrets: { A: { file: '/etc/shadow' } } })).toContain(
      "SCENARIO_FORBIDDEN at /secrets/A/file: `/etc/shadow` lies outside the scenario's folder",
    );
  });

  test('R8 a secret without a value is an error', () => {
    const services = { web: { image: 'tools', secrets: ['A'], environment: { A: '${{ secrets.A }}' } } };
    expect(problemsOf({ services, secrets: { A: { environment: 'NOPE' } } })).toEqual([
      'SCENARIO_MISSING_KEY at /secrets/A: secret `A` has no value',
    ]);
  });

  test('R8 it can be used in expressions', () => {
    expect(containerOf({ environment: { P: '${{ secrets.PASSWORD }}' } }, { secrets }).environment).toEqual({
      P: 'changeme',
    });
  });
});

describe('the plan as a whole', () => {
  test('R20 R31 times, retries, requirements and evidence', () => {
    const document = {
      timeout: '90s',
      retries: 2,
      requires: ['ipv6'],
      on_failure: ['logs', 'ps'],
      upper: 'disk',
      tags: ['a'],
    };
    expect(planOf(document)).toMatchObject({
      timeoutMs: 90_000,
      retries: 2,
      requires: ['ipv6'],
      onFailure: ['logs', 'ps'],
      upper: 'disk',
      tags: ['a'],
    });
    expect(planOf({ upper: 'auto' })).not.toHaveProperty('upper');
  });

  test('a volume’s size', () => {
    expect(planOf({ volumes: { a: { size: '1m' }, b: null } }).volumes).toEqual([
      { name: 'a', sizeBytes: 1_048_576 },
      { name: 'b' },
    ]);
  });

  test('the second document of a file has an id of its own', () => {
    const scenario = { ...scenarioOf({}), documentIndex: 1 };
    expect(planScenario(scenario, testOptions)[0]?.id).toBe('test.yaml#2');
  });

  test('the same inputs give the same plan', () => {
    const document = {
      matrix: { a: [1, 2] },
      images: { tools: { host: ['sh'] } },
      services: web,
      steps: [{ in: 'web', run: 'true' }],
    };
    const twice = [1, 2].map(() => JSON.stringify(planScenario(scenarioOf(document), testOptions)));
    expect(twice[0]).toBe(twice[1]);
  });

  test('R2 the same mistake in every combination is shown once', () => {
    const document = { matrix: { a: [1, 2, 3] }, services: { web: { image: 'nope' } } };
    expect(problemsOf(document)).toHaveLength(1);
  });

  test('R2 an error has its place, its line and the word under the caret', () => {
    let caught: unknown;
    try {
      planScenario(scenarioOf({ images: {}, services: { web: { image: 'nope' } } }), testOptions);
    } catch (error) {
      caught = error;
    }
    if (!(caught instanceof MayflyErrors)) throw new Error('not refused');
    expect(caught.errors[0]).toMatchObject({
      at: { file: 'test.yaml', line: 5 },
      sourceLine: 'image: nope',
      length: 5,
    });
  });
});
