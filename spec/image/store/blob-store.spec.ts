import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { digestOf } from '../../../src/image/digest.ts';
import { BlobStore } from '../../../src/image/store/blob-store.ts';
import { openTestStore } from './test-store.ts';

const content = Buffer.from('a layer, packed');

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

test('a blob is there once, and can be read from any place on', async () => {
  const { paths, self } = await openTestStore();
  const blobs = new BlobStore(paths, self);
  const digest = digestOf(content);
  expect([blobs.has(digest), blobs.sizeOf(digest)]).toEqual([false, undefined]);
  expect(await Promise.all([blobs.add(content), blobs.add(content)])).toEqual([digest, digest]);
  expect(await textOf(blobs.open(digest))).toBe(content.toString());
  expect(await textOf(blobs.open(digest, 2))).toBe('layer, packed');
  expect(await textOf(blobs.open(digest, 2, 5))).toBe('layer');
  expect([blobs.has(digest), blobs.sizeOf(digest)]).toEqual([true, content.length]);
  expect(readdirSync(paths.blobs)).toHaveLength(1);
});
