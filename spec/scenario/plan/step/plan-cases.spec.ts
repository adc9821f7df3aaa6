import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/core/json.ts';
import { planOf, problemsOf } from '../scenario-builder.ts';

const steps = [{ wait: '1s' }];
const problems = (...cases: readonly Json[]): readonly string[] => problemsOf({ cases });

describe('R28 each case has a name of its own', () => {
  test('two of one name are told with both places', () => {
    expect(problems({ name: 'one', steps }, { name: 'two', steps }, { name: 'one', steps })).toEqual([
      expect.stringMatching(/^SCENARIO_CONFLICT at \/cases\/2: the case on line \d+ is called `one`, too$/),
    ]);
  });

  test('so are two rows that are the same, or that a column names alike', () => {
    expect(problems({ name: 'one', table: [{ a: 1 }, { a: 2 }, { a: 1 }], steps })).toEqual([
      expect.stringMatching(/^SCENARIO_CONFLICT at \/cases\/0\/table\/2: .+ is called `one \[a=1\]`, too$/),
    ]);
    expect(
      problems({
        table: [
          { name: 'x', a: 1 },
          { name: 'x', a: 2 },
        ],
        steps,
      }),
    ).toEqual([expect.stringMatching(/^SCENARIO_CONFLICT at \/cases\/0\/table\/1: .+ is called `x`, too$/)]);
  });

  test('and those that an expression makes the same', () => {
    expect(
      problemsOf({
        vars: { what: 'one' },
        cases: [
          { name: 'one', steps },
          { name: '${{ vars.what }}', steps },
        ],
      }),
    ).toEqual([expect.stringContaining('SCENARIO_CONFLICT at /cases/1: ')]);
  });

  test('tables of one name have rows of different names', () => {
    const { cases = [] } = planOf({
      cases: [
        { name: 'one', table: [{ a: 1 }, { a: 2 }], steps },
        { name: 'one', table: [{ a: 3 }], steps },
      ],
    });
    expect(cases.map(({ name }) => name)).toEqual(['one [a=1]', 'one [a=2]', 'one [a=3]']);
  });
});
