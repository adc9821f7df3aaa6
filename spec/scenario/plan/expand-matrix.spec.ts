import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { planScenario } from '../../../src/scenario/plan/plan-scenario.ts';
import { problemsOf, scenarioOf, testOptions } from './scenario-builder.ts';

function combinations(matrix: JsonObject): readonly Json[] {
  return planScenario(scenarioOf({ matrix }), testOptions).map((plan) => plan.matrix);
}

interface Case {
  readonly name: string;
  readonly matrix: JsonObject;
  readonly gives: readonly JsonObject[];
}

const cases: readonly Case[] = [
  {
    name: 'the product, the last list turning fastest',
    matrix: { arch: ['x64', 'x86'], os: ['linux', 'windows'] },
    gives: [
      { arch: 'x64', os: 'linux' },
      { arch: 'x64', os: 'windows' },
      { arch: 'x86', os: 'linux' },
      { arch: 'x86', os: 'windows' },
    ],
  },
  {
    name: 'exclude drops what it matches in part',
    matrix: { arch: ['x64', 'x86'], os: ['linux', 'windows'], exclude: [{ arch: 'x86' }] },
    gives: [
      { arch: 'x64', os: 'linux' },
      { arch: 'x64', os: 'windows' },
    ],
  },
  {
    // The example of docs.github.com, "Running variations of jobs in a workflow".
    name: 'include adds to what it does not contradict, or stands alone',
    matrix: {
      fruit: ['apple', 'pear'],
      animal: ['cat', 'dog'],
      include: [
        { color: 'green' },
        { color: 'pink', animal: 'cat' },
        { fruit: 'apple', shape: 'circle' },
        { fruit: 'banana' },
        { fruit: 'banana', animal: 'cat' },
      ],
    },
    gives: [
      { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
      { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
      { fruit: 'pear', animal: 'cat', color: 'pink' },
      { fruit: 'pear', animal: 'dog', color: 'green' },
      { fruit: 'banana' },
      { fruit: 'banana', animal: 'cat' },
    ],
  },
  {
    name: 'include alone is a list of combinations',
    matrix: { include: [{ site: 'a' }, { site: 'b' }] },
    gives: [{ site: 'a' }, { site: 'b' }],
  },
  {
    name: 'include brings back what exclude dropped, when it says all of it',
    matrix: { a: [1, 2], exclude: [{ a: 2 }], include: [{ a: 2, again: true }] },
    gives: [{ a: 1 }, { a: 2, again: true }],
  },
  {
    name: 'filters look inside of mappings, at the leaves they name',
    matrix: {
      versions: [
        { node: 18, npm: 9 },
        { node: 20, npm: 10 },
      ],
      exclude: [{ versions: { node: 18 } }],
    },
    gives: [{ versions: { node: 20, npm: 10 } }],
  },
];

describe('R27 matrix as in GitHub Actions', () => {
  test.each(cases)('R27 $name', ({ matrix, gives }) => {
    expect(combinations(matrix)).toEqual(gives);
  });

  test('R27 text is compared without regard to case, unlike types as numbers', () => {
    // `true` is 1, as in GitHub's expressions.
    expect(combinations({ a: ['Linux', '1', true, 'x'], exclude: [{ a: 'LINUX' }, { a: 1 }] })).toEqual([
      { a: 'x' },
    ]);
  });

  test('R27 an exclude of an unknown key is an error', () => {
    expect(problemsOf({ matrix: { a: [1], exclude: [{ b: 1 }] } })).toContain(
      'SCENARIO_UNDECLARED at /matrix/exclude/0/b: `b` is no list of this matrix',
    );
  });

  test('R27 R3 a matrix that leaves nothing is an error', () => {
    expect(problemsOf({ matrix: { a: [1], exclude: [{ a: 1 }] } })).toEqual([
      'SCENARIO_ASSERTS_NOTHING at /matrix: this matrix has no combination, so nothing would run',
    ]);
  });

  test('R5 more than 256 combinations are over the limit, and are not made first', () => {
    const hundred = Array.from({ length: 100 }, (_unused, index) => index);
    const axes = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((key) => [key, hundred]));
    expect(problemsOf({ matrix: axes })).toEqual([
      'SCENARIO_LIMIT at /matrix: a matrix of 100000000000000 combinations is over the limit of 256',
    ]);
  });

  test('R27 every combination has an id of its own, equal ones too', () => {
    const plans = planScenario(scenarioOf({ matrix: { db: ['pg', 'pg'], tls: [true] } }), testOptions);
    expect(plans.map((plan) => plan.id)).toEqual([
      'test.yaml[db=pg,tls=true]',
      'test.yaml[db=pg,tls=true]~2',
    ]);
  });

  test('R27 R7 each combination is planned with its own values', () => {
    const document = {
      name: 'with ${{ matrix.db }}',
      matrix: { db: ['pg', 'my'] },
      images: { pg: { host: ['sh'] }, my: { host: ['cat'] } },
      services: { db: { image: '${{ matrix.db }}' } },
    };
    const plans = planScenario(scenarioOf(document), testOptions);
    expect(
      plans.map((plan) => [plan.name, plan.services[0]?.image, plan.images.map((image) => image.name)]),
    ).toEqual([
      ['with pg', 'pg', ['pg']],
      ['with my', 'my', ['my']],
    ]);
  });
});
