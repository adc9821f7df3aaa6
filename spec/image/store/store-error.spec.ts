import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreBench } from '../store-bench.ts';

let bench: StoreBench;
beforeEach(() => {
  bench = new StoreBench();
});
afterEach(() => bench[Symbol.dispose]());

test('a full disk is the store’s error, with what the system says', async () => {
  const adding = bench.add(() => writeFile('/dev/full', 'x'));
  await expect(adding).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringMatching(/ENOSPC/),
    cause: { code: 'ENOSPC' },
  });
});

test('so is whatever befalls a file of it, and a store that cannot be made', async () => {
  const adding = bench.add(({ paths }) => mkdir(paths.names));
  await expect(adding).rejects.toMatchObject({ code: 'STORE_FAILED', cause: { code: 'EEXIST' } });
  const opening = bench.add(async () => undefined, {
    storeDirectory: join(bench.write('file', Buffer.from('')), 'store'),
  });
  await expect(opening).rejects.toMatchObject({ code: 'STORE_FAILED', cause: { code: 'ENOTDIR' } });
});

test('another file’s is not', async () => {
  await expect(bench.add(() => readFile(join(bench.folder, 'none')))).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
