import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BuildContext } from '../../../../src/image/build/context/build-context.ts';
import { ContentDigests } from '../../../../src/image/build/context/content-digests.ts';
import { DockerIgnore } from '../../../../src/image/build/context/docker-ignore.ts';
import { findContextItems } from '../../../../src/image/build/copy/context-items.ts';
import { defaultImageLimits } from '../../../../src/image/image-limits.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mayfly-context-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a name that is not UTF-8 is an error, and does not vanish', async () => {
  const own = join(folder, 'names');
  await mkdir(own);
  await writeFile(Buffer.concat([Buffer.from(`${own}/a`), Buffer.from([0xff])]), '');
  expect(() => new BuildContext(own, new DockerIgnore(''), defaultImageLimits)).toThrow('is not UTF-8');
});

test('mode and time of the context itself, and links to it, are no part of what is built', async () => {
  const own = join(folder, 'own');
  await mkdir(own);
  await symlink('own', join(folder, 'link'));
  const describe = async (path: string) => {
    const context = new BuildContext(path, new DockerIgnore(''), defaultImageLimits);
    const [item] = findContextItems(context, '.', () => false);
    const digest = await new ContentDigests([]).digestAll(item?.files() ?? [], 0);
    const entries = [];
    for await (const entry of item?.entries() ?? []) entries.push(entry);
    return { digest, entries };
  };
  await chmod(own, 0o755);
  const plain = await describe(own);
  await chmod(own, 0o700);
  expect(await describe(join(folder, 'link'))).toEqual(plain);
  expect(plain.entries).toMatchObject([{ name: '', metadata: { mode: 0o755, mtime: { seconds: 0 } } }]);
});
