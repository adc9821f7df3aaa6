import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeRequiring } from '../../requires.ts';
import { inSandbox } from '../contract/contract-kit.ts';
import { linuxEngineFor } from './linux-kit.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-sysctl-'));
const kit = linuxEngineFor(directory);
const image = kit.then(({ prepareImage }) =>
  prepareImage('sysctl', { kind: 'host', programs: ['sleep'], files: [] }),
);
image.catch(() => {}); // reported by the tests that await it

afterAll(() => rm(directory, { recursive: true, force: true }));

describeRequiring(['userns', 'overlay', 'net'], 'a sysctl takes its value whole', () => {
  // The kernel takes the first word of these, and says so by a short write (proc_sys(5)).
  test.each(['128 256', '0 1'])('or not at all: %s', async (value) => {
    await inSandbox({ engine: async () => (await kit).engine, image: () => image }, async ({ start }) => {
      const sysctls = { 'net.core.somaxconn': value };
      await expect(start('one', ['sleep', '1000'], { sysctls })).rejects.toMatchObject({
        code: 'LAUNCH_FAILED',
        message: expect.stringContaining('somaxconn'),
      });
    });
  });
});
