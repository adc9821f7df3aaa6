import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededNumbers, seededShuffle } from '../../../../src/engine/linux/net/seeded-numbers.ts';

describe('seeded numbers', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    const four = (seed: number): number[] => Array.from({ length: 4 }, seededNumbers(seed));
    expect(four(1)).toEqual(four(1));
    expect(four(1)).not.toEqual(four(2));
  });

  test('a shuffle keeps every item', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        expect([...seededShuffle(items, seed)].sort()).toEqual([...items].sort());
      }),
    );
  });

  test('every order of three comes up', () => {
    const orders = new Set(
      Array.from({ length: 200 }, (_, seed) => seededShuffle(['a', 'b', 'c'], seed).join('')),
    );
    expect(orders.size).toBe(6);
  });
});
