import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ImageCatalogue } from '../../../src/image/store/image-catalogue.ts';
import { NameIndex } from '../../../src/image/store/name-index.ts';
import { openTestStore } from './test-store.ts';

const alpine = 'docker.io/library/alpine:3.20';
const id = (digit: string) => `sha256:${digit.repeat(64)}`;

test('a name means one image, the last that was given it', async () => {
  const { paths, self } = await openTestStore();
  const names = new NameIndex(paths, self);
  await names.set(alpine, id('a'), 1);
  await names.set(alpine, id('b'), 2);
  await names.set('docker.io/library/alpine:latest', id('b'), 3);
  expect(names.find(alpine)?.id).toBe(id('b'));
  expect(names.find('docker.io/library/alpine')).toBeUndefined();
  expect((await names.list()).map(({ reference }) => reference).sort()).toEqual([
    alpine,
    'docker.io/library/alpine:latest',
  ]);
});

test('a name that was removed means nothing, and may be removed again', async () => {
  const { paths, self } = await openTestStore();
  const names = new NameIndex(paths, self);
  await names.set(alpine, id('a'), 1);
  await names.remove(alpine);
  await names.remove(alpine);
  expect(names.find(alpine)).toBeUndefined();
  expect(readdirSync(paths.names)).toEqual([]);
});

test('what another version wrote, or nobody can read, is not there, and hinders no other', async () => {
  const { paths, self } = await openTestStore();
  const names = new NameIndex(paths, self);
  await names.set(alpine, id('a'), 1);
  writeFileSync(join(paths.names, 'damaged.json'), '{');
  writeFileSync(join(paths.names, 'future.json'), '{"version":999}');
  expect((await names.list()).map(({ reference }) => reference)).toEqual([alpine]);
});

test.each(['app', '../../x', 'docker.io/library/app:a?b', 'docker.io/library/app:'])(
  'the name %j: only what is an image reference is kept',
  async (reference) => {
    const { paths, self } = await openTestStore();
    const set = new NameIndex(paths, self).set(reference, id('a'), 1);
    if (reference === 'app') return expect(set).resolves.toBeUndefined();
    await expect(set).rejects.toMatchObject({ code: 'IMAGE_REFERENCE_INVALID' });
    expect(readdirSync(paths.names)).toEqual([]);
  },
);

test('a name that is none, whoever wrote it, hinders no other', async () => {
  const { paths, self } = await openTestStore();
  const names = new NameIndex(paths, self);
  await names.set(alpine, id('a'), 1);
  for (const [at, reference] of ['docker.io/library/app:a?b', 5].entries())
    writeFileSync(
      join(paths.names, `evil${at}.json`),
      JSON.stringify({ version: 1, reference, id: id('a'), namedAtMs: 1 }),
    );
  expect((await names.list()).map(({ reference }) => reference)).toEqual([alpine]);
});

test('writers at once leave one of their names, whole, and nothing else', async () => {
  const { paths, self } = await openTestStore();
  const ids = Array.from({ length: 16 }, (_, at) => id(at.toString(16)));
  await Promise.all(ids.map((each, at) => new NameIndex(paths, self).set(alpine, each, at)));
  expect(ids).toContain(new NameIndex(paths, self).find(alpine)?.id);
  expect(readdirSync(paths.names)).toHaveLength(1);
});

test('the catalogue gives back what it was given', async () => {
  const { paths, self } = await openTestStore();
  const catalogue = new ImageCatalogue(paths, self);
  const image = {
    id: id('a'),
    platform: 'linux/amd64',
    createdAt: '2024-05-06T07:08:09Z',
    addedAtMs: 5,
    layers: [{ diffId: id('b'), sizeBytes: 7 }],
  };
  await catalogue.add(image);
  expect(catalogue.find(id('a'))).toMatchObject(image);
  await catalogue.remove(id('a'));
  expect(await catalogue.list()).toEqual([]);
});
