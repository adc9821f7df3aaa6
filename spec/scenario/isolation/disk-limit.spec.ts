import { expect, test } from 'vitest';
import type { CheckResult } from '../../../src/core/check-result.ts';
import type { Container } from '../../../src/core/engine.ts';
import { exceedDisk } from '../../../src/scenario/isolation/disk-limit.ts';
import { fakeContainer, fakeSpec, fakeSubject, scriptedProbe, scriptedWitness } from './fake-subject.ts';

const writableBytes = 64 * 2 ** 20;

/** A root of that many bytes. */
const rootOf = (bytes: number) =>
  scriptedProbe(({ name, args }) =>
    name === 'fallocate' && Number(args[3]) > bytes ? { error: 'ENOSPC' } : undefined,
  );

test.each<{
  readonly name: string;
  readonly upper: Container['upper'];
  readonly availableKb: number;
  readonly rootBytes?: number;
  readonly result: CheckResult;
}>([
  { name: 'in memory that has room for it', upper: 'tmpfs', availableKb: 200_000, result: 'pass' },
  { name: 'in memory that has not', upper: 'tmpfs', availableKb: 100_000, result: 'unsupported' },
  { name: 'on disk, whatever the memory', upper: 'disk', availableKb: 100_000, result: 'pass' },
  {
    name: 'on disk, and more than declared',
    upper: 'disk',
    availableKb: 100_000,
    rootBytes: writableBytes * 2,
    result: 'fail',
  },
])('a writable layer $name: $result', async ({ upper, availableKb, rootBytes, result }) => {
  const verdict = await exceedDisk(
    fakeSubject({
      container: fakeContainer({ upper }),
      spec: fakeSpec({ rootfs: { layers: [], readOnly: false, writableBytes } }),
      witness: scriptedWitness({ runner: { '../meminfo': `MemAvailable: ${availableKb} kB\n` } }),
      openTwin: async () => ({
        container: fakeContainer({ upper }),
        root: rootOf(rootBytes ?? writableBytes),
        witness: scriptedWitness({}),
        async [Symbol.asyncDispose]() {},
      }),
    }),
  );
  expect(verdict.result, verdict.evidence.join('\n')).toBe(result);
});
