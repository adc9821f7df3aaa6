import { expect, test } from 'vitest';
import { mapInParallel } from '../../src/image/map-in-parallel.ts';

const never = new AbortController().signal;

test('results come in order, and no more than allowed are at work', async () => {
  let running = 0;
  let most = 0;
  const results = await mapInParallel([5, 1, 3, 2], 2, never, async (item) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 30, 20]);
  expect(most).toBe(2);
});

test('the first failure stops the others, which are waited for', async () => {
  const ended: string[] = [];
  const work = async (item: string, signal: AbortSignal): Promise<void> => {
    if (item === 'bad') throw new Error('bad');
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    ended.push(item);
    throw signal.reason;
  };
  await expect(mapInParallel(['slow', 'bad', 'later'], 2, never, work)).rejects.toThrow('bad');
  expect(ended).toEqual(['slow']);
});

test('who leaves is told so, whatever the work says', async () => {
  const leaving = new AbortController();
  leaving.abort(new Error('gone'));
  await expect(mapInParallel([1], 1, leaving.signal, async () => 1)).rejects.toThrow('gone');
});
