import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../../src/image/digest.ts';
import { nameKept } from '../../src/image/name-image.ts';
import { archiveOf, dockerSaveParts, ociFiles, twoLayers } from './image-fixtures.ts';
import { StoreBench } from './store-bench.ts';
import { buildTar } from './tar-builder.ts';

let bench: StoreBench;
beforeEach(() => {
  bench = new StoreBench();
});
afterEach(() => bench[Symbol.dispose]());

const alpine = 'docker.io/library/alpine';
const pinned = `${alpine}@sha256:${'d'.repeat(64)}`;

function rename(files: ReadonlyMap<string, Buffer>, name: string, nth = 0): Buffer {
  const index = JSON.parse(String(files.get('index.json')));
  index.manifests[nth].annotations = { 'io.containerd.image.name': name };
  return archiveOf(new Map([...files, ['index.json', Buffer.from(JSON.stringify(index))]]));
}

const topDigest = (files: ReadonlyMap<string, Buffer>): string =>
  JSON.parse(String(files.get('index.json'))).manifests[0].digest;

test.each([
  ['docker-save', buildTar(dockerSaveParts(twoLayers(), { tags: [pinned, 'alpine:1'] })), [`${alpine}:1`]],
  ['OCI', rename(ociFiles(twoLayers()), pinned), []],
  ['OCI, a tag beside the digest', rename(ociFiles(twoLayers()), pinned.replace('@', ':1@')), []],
])('a digest that an archive claims and has not is no name (%s)', async (_, archive, expected) => {
  const [loaded] = await bench.load(archive);
  expect(loaded?.references).toEqual(expected);
  expect((await bench.names.list()).map(({ reference }) => reference)).toEqual(expected);
  expect(bench.said).toContainEqual(expect.stringMatching(/^warning: .*@sha256:d+ is not given/));
});

test.each([
  ['manifest', false],
  ['index', true],
])('the digest of the %s that was read is one', async (_, nested) => {
  const files = ociFiles(twoLayers(), { nested });
  const name = `${alpine}@${topDigest(files)}`;
  const [loaded] = await bench.load(rename(files, name));
  expect(bench.names.find(name)?.id).toBe(loaded?.image.id);
});

test('nobody gives a name with a digest to what was not found to have it', async () => {
  const [loaded] = await bench.load(archiveOf(ociFiles(twoLayers())));
  if (loaded === undefined) throw new Error('nothing was loaded');
  const naming = nameKept(
    loaded.image,
    [`${alpine}:2`, pinned],
    1,
    bench,
    new Set([digestOf(Buffer.from('x'))]),
  );
  await expect(naming).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
  expect(await bench.names.list()).toEqual([]);
});
