import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeContainerName } from '../../src/core/container-name.ts';
import { makePrng } from '../../src/core/prng.ts';

function namesOf(seed: number, count: number): readonly string[] {
  const prng = makePrng(seed, 'names');
  const taken = new Set<string>();
  for (let index = 0; index < count; index += 1) taken.add(makeContainerName(prng, taken));
  return [...taken];
}

test('names are an adjective and a surname, the same for the same seed', () => {
  const names = namesOf(1, 5);
  for (const name of names) expect(name).toMatch(/^[a-z]+_[a-z]+$/);
  expect(namesOf(1, 5)).toEqual(names);
  expect(namesOf(2, 5)).not.toEqual(names);
});

test('names are unique, also when there are more than pairs of words', () => {
  expect(namesOf(3, 5000)).toHaveLength(5000);
});

test('every seed gives names a container can have', () => {
  fc.assert(fc.property(fc.double({ noNaN: true }), (seed) => namesOf(seed, 1)[0]?.length !== 0));
});
