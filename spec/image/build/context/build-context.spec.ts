import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BuildContext } from '../../../../src/image/build/context/build-context.ts';
import { DockerIgnore } from '../../../../src/image/build/context/docker-ignore.ts';
import { defaultImageLimits } from '../../../../src/image/image-limits.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mayfly-context-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a name that is not UTF-8 is an error, and does not vanish', async () => {
  await writeFile(Buffer.concat([Buffer.from(`${folder}/a`), Buffer.from([0xff])]), '');
  expect(() => new BuildContext(folder, new DockerIgnore(''), defaultImageLimits)).toThrow('is not UTF-8');
});
