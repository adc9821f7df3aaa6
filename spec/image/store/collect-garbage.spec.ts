import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestHex } from '../../../src/image/digest.ts';
import { collectGarbage } from '../../../src/image/store/collect-garbage.ts';
import { removeImageRecords } from '../../../src/image/store/image-record.ts';
import { repairStore } from '../../../src/image/store/repair-store.ts';
import { archiveOf, ociFiles, twoLayers } from '../image-fixtures.ts';
import { StoreBench } from '../store-bench.ts';

let bench: StoreBench;
beforeEach(() => {
  bench = new StoreBench();
});
afterEach(() => bench[Symbol.dispose]());

const { signal } = new AbortController();

async function loadOne(): Promise<string> {
  const [loaded] = await bench.load(archiveOf(ociFiles(twoLayers())));
  return loaded?.image.id ?? '';
}

/** Each way in which a fact is there and cannot be understood. */
const damages: readonly [string, (path: string) => void][] = [
  ['cannot be read', (path) => mkdirSync(path)],
  ['does not parse', (path) => writeFileSync(path, '{')],
  ['is of another version', (path) => writeFileSync(path, '{"version":999}')],
  ['is nothing', (path) => writeFileSync(path, 'null')],
];
const cases = damages.flatMap(([name, damage]) =>
  (['catalogue', 'images', 'buildCache'] as const).map((room) => ({ name, damage, room })),
);

test.each(cases)('nothing is removed while a fact of $room $name', async ({ damage, room }) => {
  const id = await loadOne();
  await bench.catalogue.remove(id); // what it has is garbage now, as far as one can read
  const blobs = readdirSync(bench.paths.blobs);
  damage(join(bench.paths[room], 'x.json'));
  await expect(collectGarbage(bench.collecting)).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringContaining('x.json'),
    hint: expect.stringContaining('store repair'),
  });
  expect(readdirSync(bench.paths.blobs)).toEqual(blobs);
  expect(readdirSync(bench.paths.layers)).toHaveLength(2);
  const repaired = await repairStore(bench.collecting, signal);
  expect(repaired?.problems).toEqual([{ kind: 'unreadable-fact', path: join(bench.paths[room], 'x.json') }]);
  expect(readdirSync(bench.paths.layers)).toEqual([]);
});

test('what is damaged itself is not taken for what nobody wants', async () => {
  const id = await loadOne();
  const path = join(bench.paths.catalogue, `${digestHex(id)}.json`);
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, -1));
  await expect(collectGarbage(bench.collecting)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  writeFileSync(path, whole);
  expect(await collectGarbage(bench.collecting)).toMatchObject({ blobs: [], layers: [] });
});

test('a record that cannot be read is not removed as unwanted', async () => {
  await loadOne();
  writeFileSync(join(bench.paths.images, 'x.json'), '{"version":2}');
  await expect(removeImageRecords(bench.paths, () => true)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  expect(readdirSync(bench.paths.images)).toEqual(['x.json']);
});
