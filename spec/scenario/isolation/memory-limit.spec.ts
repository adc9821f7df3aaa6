import { expect, test } from 'vitest';
import type { CheckResult } from '../../../src/core/check-result.ts';
import { exceedMemory } from '../../../src/scenario/isolation/memory-limit.ts';
import { fakeContainer, fakeSpec, fakeSubject, scriptedProbe, scriptedWitness } from './fake-subject.ts';

const memoryBytes = 64 * 2 ** 20;

/** Swap without a limit: what is too much for memory does not end anybody. */
test.each<{
  readonly name: string;
  readonly usedBytes: number;
  readonly error?: string;
  readonly state?: string;
  readonly twinGroup?: string;
  readonly result: CheckResult;
}>([
  { name: 'all its memory, and the rest in swap', usedBytes: memoryBytes, result: 'pass' },
  { name: 'more memory than was declared', usedBytes: memoryBytes * 2, result: 'fail' },
  { name: 'hardly any memory', usedBytes: memoryBytes / 4, result: 'inconclusive' },
  { name: 'a refusal', usedBytes: memoryBytes, error: 'ENOMEM', result: 'inconclusive' },
  { name: 'the end of the service', usedBytes: memoryBytes, state: 'Z', result: 'fail' },
  { name: 'the group of the service', usedBytes: memoryBytes, twinGroup: '/one', result: 'fail' },
])('a limit of memory with unlimited swap: $name', async ({ usedBytes, error, state, twinGroup, result }) => {
  let asked = 0;
  const root = scriptedProbe(({ name }) => {
    asked += name === 'mmap' ? 1 : 0;
    return error !== undefined && asked > 1 ? { error } : undefined;
  });
  const verdict = await exceedMemory(
    fakeSubject({
      spec: fakeSpec({ limits: { memoryBytes, memorySwapBytes: -1 } }),
      witness: scriptedWitness({
        own: { status: `State:\t${state ?? 'S'}\n`, cgroup: '0::/one' },
        runner: { '../meminfo': 'MemAvailable: 8000000 kB\n', cgroup: '0::/' },
      }),
      openTwin: async () => ({
        container: fakeContainer({ usage: async () => ({ memoryBytes: usedBytes }) }),
        root,
        witness: scriptedWitness({ own: { cgroup: `0::${twinGroup ?? '/twin'}` } }),
        async [Symbol.asyncDispose]() {},
      }),
    }),
  );
  expect(verdict.result, verdict.evidence.join('\n')).toBe(result);
});
