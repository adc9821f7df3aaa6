import { expect, test } from 'vitest';
import { exceedProcessorTime } from '../../../src/scenario/isolation/cpu-limit.ts';
import { fakeContainer, fakeSpec, fakeSubject, scriptedProbe, scriptedWitness } from './fake-subject.ts';

test('a quota of all processors there are cannot be tried', async () => {
  const verdict = await exceedProcessorTime(
    fakeSubject({
      spec: fakeSpec({ limits: { cpus: 2 } }),
      openTwin: async () => ({
        container: fakeContainer(),
        root: scriptedProbe(() => ({ out: [Uint8Array.of(0b11)] })),
        witness: scriptedWitness({}),
        async [Symbol.asyncDispose]() {},
      }),
    }),
  );
  expect(verdict.result).toBe('unsupported');
});
