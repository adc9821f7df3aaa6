import { MayflyError } from '../../core/mayfly-error.ts';
import type { ImageLimits } from '../image-limits.ts';
import { RatioGuard } from './ratio-guard.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2';

const magics: readonly {
  readonly compression: Compression;
  readonly matches: (head: Uint8Array) => boolean;
}[] = [
  { compression: 'gzip', matches: (head) => head[0] === 0x1f && head[1] === 0x8b },
  {
    compression: 'zstd',
    matches: (head) => head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd,
  },
  // A skippable frame (RFC 8878, 3.1.2), with which pzstd begins.
  {
    compression: 'zstd',
    matches: (head) =>
      ((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18,
  },
  {
    compression: 'xz',
    matches: (head) => head[0] === 0xfd && head[1] === 0x37 && head[2] === 0x7a && head[3] === 0x58,
  },
  { compression: 'bzip2', matches: (head) => head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 },
];

/** By content, as Docker does: media types are often wrong. */
export function detectCompression(head: Uint8Array): Compression {
  return magics.find(({ matches }) => matches(head))?.compression ?? 'none';
}

/** Unpacks gzip and zstd, passes everything else through; within the limit named and the ratio. */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  limits: ImageLimits,
  maxName: 'layerBytes' | 'archiveBytes',
): AsyncGenerator<Uint8Array> {
  const { head, all } = await peek(source);
  const guard = new RatioGuard(limits, maxName);
  for await (const chunk of await openDecompressor(detectCompression(head), all, guard, limits)) yield chunk;
}

async function openDecompressor(
  compression: Compression,
  source: AsyncIterable<Uint8Array>,
  guard: RatioGuard,
  limits: ImageLimits,
): Promise<AsyncIterable<Uint8Array>> {
  switch (compression) {
    case 'none':
      return countPlain(source, guard);
    case 'gzip':
      return (await import('./gunzip.ts')).gunzip(source, guard);
    case 'zstd':
      return (await import('./unzstd.ts')).unzstd(source, guard, limits);
    case 'xz':
    case 'bzip2':
      throw new MayflyError('IMAGE_INVALID', `the archive is packed with ${compression}`, {
        hint: 'pack it with gzip or zstd',
      });
    default:
      return compression satisfies never;
  }
}

async function* countPlain(source: AsyncIterable<Uint8Array>, guard: RatioGuard): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    guard.addIn(chunk.length);
    guard.addOut(chunk.length);
    yield chunk;
  }
}

/** The first four bytes, and everything including them. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly all: AsyncIterable<Uint8Array> }> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 4) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return { head, all: resume(head, chunks) };
}

async function* resume(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
