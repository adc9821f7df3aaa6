import { expect, test } from 'vitest';
import { oncePerTurn } from '../../../../src/engine/linux/sandbox/once-per-turn.ts';

test('who asks in one turn shares a look that follows; who asks later has another', async () => {
  let now = 'before';
  let looks = 0;
  const look = oncePerTurn(() => {
    looks += 1;
    return now;
  });
  const asked = [look(), look()];
  now = 'after';
  expect(await Promise.all(asked)).toEqual(['after', 'after']);
  now = 'later';
  expect(await look()).toBe('later');
  expect(looks).toBe(2);
});

test('a look that fails fails for those who asked, and not for the next', async () => {
  const outcomes = [new Error('gone'), 'there'];
  const look = oncePerTurn(() => {
    const next = outcomes.shift();
    if (next instanceof Error) throw next;
    return next;
  });
  const asked = [look(), look()];
  for (const each of asked) await expect(each).rejects.toThrow('gone');
  expect(await look()).toBe('there');
});
