import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlotPool } from '../../../../src/engine/linux/sandbox/slot-pool.ts';

test('no number is given out twice at one time, whatever is taken and given back', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (takes) => {
      const pool = new SlotPool(64);
      const held = new Set<number>();
      for (const take of takes) {
        const [first] = held;
        if (take || first === undefined) {
          const slot = pool.take();
          expect(held.has(slot)).toBe(false);
          held.add(slot);
        } else {
          held.delete(first);
          pool.give(first);
        }
      }
    }),
  );
});

test('the limit of the launcher is an error of ours, not of the kernel', () => {
  const pool = new SlotPool(65_535);
  pool.take();
  expect(() => pool.take()).toThrow('at most 65536 descriptors');
});
