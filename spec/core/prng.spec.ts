import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makePrng } from '../../src/core/prng.ts';

test('the numbers are fixed for ever, so that a seed from an old report means the same', () => {
  const prng = makePrng(42);
  expect([prng.nextUint32(), prng.nextUint32(), prng.nextUint32()]).toMatchInlineSnapshot(`
    [
      4155635367,
      301334818,
      3438240469,
    ]
  `);
});

test('a stream of its own is not moved by another', () => {
  const first = makePrng(1, 'a').nextUint32();
  expect(makePrng(1, 'a').nextUint32()).toBe(first);
  expect(makePrng(1, 'b').nextUint32()).not.toBe(first);
});

test('numbers below a bound are below it, and all of them come', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
      const number = makePrng(seed).below(bound);
      return Number.isInteger(number) && number >= 0 && number < bound;
    }),
  );
  const prng = makePrng(5);
  expect(new Set(Array.from({ length: 200 }, () => prng.below(6))).size).toBe(6);
});
