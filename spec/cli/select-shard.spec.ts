import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseShard, selectShard } from '../../src/cli/scenarios/select-shard.ts';
import { MayflyError } from '../../src/core/mayfly-error.ts';
import { scenarioPlan } from '../report/sample-plan.ts';

const planOf = (count: number) => ({
  seed: 1,
  scenarios: Array.from({ length: count }, (_, at) => scenarioPlan({ id: `s${at}.yaml` })),
});
const idsOf = ({ scenarios }: ReturnType<typeof planOf>): readonly string[] => scenarios.map(({ id }) => id);
const cut = (count: number, total: number, seed: number): readonly (readonly string[])[] =>
  Array.from({ length: total }, (_, at) =>
    selectShard(planOf(count), { index: at + 1, total }, seed).scenarios.map(({ id }) => id),
  );

describe('--shard', () => {
  test('the parts are the whole, none of it twice, in its order, and differ by one at most', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 12 }), fc.nat(0xffffffff), (count, total, seed) => {
        const parts = cut(count, total, seed);
        const whole = idsOf(planOf(count));
        expect(parts.flat().sort()).toEqual([...whole].sort());
        for (const part of parts) expect(part).toEqual(whole.filter((id) => part.includes(id)));
        const sizes = parts.map((part) => part.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('R7 the seed fixes the cut, and another seed cuts otherwise', () => {
    expect(cut(12, 3, 7)).toEqual(cut(12, 3, 7));
    expect(cut(12, 3, 7)).not.toEqual(cut(12, 3, 8));
  });

  test('a part knows of how many it is one, also when nothing falls to it', () => {
    const { scenarios, shard } = selectShard(planOf(2), { index: 3, total: 3 }, 0);
    expect([scenarios, shard]).toEqual([[], { index: 3, total: 3, of: 2 }]);
  });

  test.each(['0/3', '4/3', '3', '1/0', '-1/2', '1/1001', '1/2/3', 'a/b', '1.5/2', ''])(
    '`%s` names no part',
    (text) => {
      expect(() => parseShard(text)).toThrow(MayflyError);
    },
  );
});
