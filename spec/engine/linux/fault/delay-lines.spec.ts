import { expect, test } from 'vitest';
import { LaunchedProcess } from '../../../../src/engine/linux/client/launched-process.ts';
import { DelayLines } from '../../../../src/engine/linux/fault/delay-lines.ts';
import type { Tape } from '../../../../src/engine/linux/tape/op.ts';

test('R25 delay: a relay whose line could not be made longer does not wait for ever for its release', async () => {
  const performed: Tape[] = [];
  const init = {
    expectProcess: (plan: (process: number) => Tape) => new LaunchedProcess(7, plan(7)),
    perform: async (tape: Tape): Promise<readonly Uint8Array[]> => {
      performed.push(tape);
      if (tape.some(({ kind }) => kind === 'release')) throw new Error('no memory for a link');
      return [];
    },
  };
  const lines = new DelayLines(init, () => 64, 1);
  lines.begin({ kind: 'delay', containers: ['web'], delayMs: 10, jitterMs: 0 });
  const attachment = { network: 'back', networkSocket: 65, port: 1, interfaceNumber: 0 };
  await expect(lines.apply('web', [attachment])).rejects.toThrow('no memory for a link');
  expect(performed).toContainEqual([{ kind: 'kill', process: 7, signal: 9 }]);
});
