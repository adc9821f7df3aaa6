import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { digestOf } from '../../../src/image/digest.ts';
import { type BlobSink, BlobStore } from '../../../src/image/store/blob-store.ts';
import { openTestStore } from './test-store.ts';

const content = Buffer.from('a layer, packed');
const promised = { digest: digestOf(content), sizeBytes: content.length };

async function openBlobs() {
  const { paths, self } = await openTestStore();
  return { blobs: new BlobStore(paths, self), names: () => readdirSync(paths.blobs) };
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

const writing = (...chunks: readonly Buffer[]) => {
  return async (sink: BlobSink) => {
    for (const chunk of chunks) await sink.write(chunk);
  };
};

test('what arrives piece by piece is there whole, from any place on, and once', async () => {
  const { blobs, names } = await openBlobs();
  await blobs.receive(promised, writing(content.subarray(0, 3), content.subarray(3)));
  expect(await textOf(blobs.open(promised.digest))).toBe(content.toString());
  expect(await textOf(blobs.open(promised.digest, 9))).toBe('packed');
  expect(blobs.sizeOf(promised.digest)).toBe(content.length);
  expect(await blobs.add(content)).toBe(promised.digest);
  await blobs.receive(promised, () => Promise.reject(new Error('not needed')));
  expect(names()).toHaveLength(1);
});

test.each<readonly [string, (sink: BlobSink) => Promise<void>]>([
  ['other content of the same length', writing(Buffer.from(content.toString().toUpperCase()))],
  ['too little', writing(content.subarray(1))],
  ['too much', writing(content, content)],
])('%s is a mismatch, and nothing is left of it', async (_, fill) => {
  const { blobs, names } = await openBlobs();
  await expect(blobs.receive(promised, fill)).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
  expect(names()).toEqual([]);
});

test('a body without end is refused with the first byte that is too many', async () => {
  const { blobs } = await openBlobs();
  let written = 0;
  const endless = async (sink: BlobSink): Promise<void> => {
    for (;;) {
      await sink.write(Buffer.alloc(4));
      written += 4;
    }
  };
  await expect(blobs.receive(promised, endless)).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
  expect(written).toBeLessThanOrEqual(content.length);
});

test('two who receive the same end with one', async () => {
  const { blobs, names } = await openBlobs();
  await Promise.all([blobs.receive(promised, writing(content)), blobs.receive(promised, writing(content))]);
  expect(names()).toHaveLength(1);
});
