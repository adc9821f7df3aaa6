import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LinuxKit, linuxEngineFor } from '../engine/linux/linux-kit.ts';
import { describeWithMirror } from './debian-mirror.ts';

describeWithMirror('bookworm', 'images of Debian packages', () => {
  let directory: string;
  let kit: LinuxKit;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mayfly-debian-'));
    kit = await linuxEngineFor(directory);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('R9 a small one', { timeout: 180_000 }, async () => {
    const image = await kit.prepareImage('hello', {
      kind: 'debian',
      options: { suite: 'bookworm', packages: ['hello'], variant: 'essential' },
    });
    expect(image.layers).toHaveLength(1);
    expect(await readdir(join(directory, 'store', 'scratch'))).toEqual([]);
  });
});
