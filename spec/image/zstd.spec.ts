import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MayflyError } from '../../src/core/mayfly-error.ts';
import { decompress } from '../../src/image/compression/decompress.ts';
import { defaultImageLimits, type ImageLimits } from '../../src/image/image-limits.ts';
import { streamOf } from './tar-builder.ts';

/** Made with `zstd`: of "hello\n" with checksum; of 4,000 times "abcdefgh" at level 19; of nothing. */
const hello = Buffer.from('KLUv/QRYMQAAaGVsbG8KU4i9kQ==', 'base64');
const repeated = Buffer.from('KLUv/QRohQAAQGFiY2RlZmdoAQD1/P1yAayjVGY=', 'base64');
const nothing = Buffer.from('KLUv/SQAAQAAmenYUQ==', 'base64');

async function unzstd(
  bytes: Uint8Array,
  limits: Partial<ImageLimits> = {},
  pieceBytes = 1000,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(
    streamOf(bytes, pieceBytes),
    { ...defaultImageLimits, ...limits },
    'layerBytes',
  ))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A frame of raw and run-length blocks (RFC 8878, 3.1.1), with a window of 128 kB. */
function frame(
  blocks: readonly { readonly type: 0 | 1; readonly bytes: Buffer; readonly count?: number }[],
): Buffer {
  const parts = blocks.map(({ type, bytes, count }, at) => {
    const header = Buffer.alloc(3);
    header.writeUIntLE(
      (at === blocks.length - 1 ? 1 : 0) | (type << 1) | ((count ?? bytes.length) << 3),
      0,
      3,
    );
    return Buffer.concat([header, bytes]);
  });
  return Buffer.concat([Buffer.from('28b52ffd0038', 'hex'), ...parts]);
}

test.each([
  { name: 'a frame with a checksum', bytes: hello, text: 'hello\n' },
  { name: 'a compressed frame', bytes: repeated, text: 'abcdefgh'.repeat(4000) },
  {
    name: 'an empty frame between others',
    bytes: Buffer.concat([hello, nothing, hello]),
    text: 'hello\nhello\n',
  },
  {
    name: 'skippable frames before and after',
    bytes: Buffer.concat([
      Buffer.from('502a4d1803000000616263', 'hex'),
      hello,
      Buffer.from('5f2a4d1800000000', 'hex'),
    ]),
    text: 'hello\n',
  },
  {
    name: 'raw and run-length blocks',
    bytes: frame([
      { type: 0, bytes: Buffer.from('ab') },
      { type: 1, bytes: Buffer.from('c'), count: 5 },
    ]),
    text: 'abccccc',
  },
])('$name', async ({ bytes, text }) => {
  expect((await unzstd(bytes)).toString()).toBe(text);
  expect((await unzstd(bytes, {}, 1)).toString()).toBe(text);
});

test.each([
  { name: 'an end in the middle', bytes: repeated.subarray(0, -5), code: 'IMAGE_INVALID' },
  {
    name: 'something else behind a frame',
    bytes: Buffer.concat([hello, Buffer.from('not a frame')]),
    code: 'IMAGE_INVALID',
  },
  { name: 'a reserved block type', bytes: Buffer.from('28b52ffd0038070000', 'hex'), code: 'IMAGE_INVALID' },
  { name: 'a window of 2 GB', bytes: Buffer.from('28b52ffd00a8010000', 'hex'), code: 'IMAGE_LIMIT' },
  {
    name: 'a single segment of 4 GB, in the second frame',
    bytes: Buffer.concat([hello, Buffer.from('28b52ffda0ffffffff010000', 'hex')]),
    code: 'IMAGE_LIMIT',
  },
])('$name is refused', async ({ bytes, code }) => {
  await expect(unzstd(bytes)).rejects.toMatchObject({ code });
});

test('run-length blocks as a bomb meet the ratio', async () => {
  const bomb = frame(
    Array.from({ length: 2000 }, () => ({ type: 1, bytes: Buffer.from('0'), count: 131_072 }) as const),
  );
  await expect(unzstd(bomb, { ratioFreeBytes: 10_000_000 })).rejects.toMatchObject({
    code: 'IMAGE_LIMIT',
    message: expect.stringContaining('ratio'),
  });
});

test('damage is an error of ours, or harmless', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(repeated.length - 1),
      fc.nat(255),
      fc.integer({ min: 1, max: 50 }),
      async (at, value, pieceBytes) => {
        const damaged = Buffer.from(repeated);
        damaged[at] = value;
        try {
          await unzstd(damaged, {}, pieceBytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MayflyError);
        }
      },
    ),
    { numRuns: 150 },
  );
});
