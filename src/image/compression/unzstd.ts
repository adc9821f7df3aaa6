import { type Transform, Transform as TransformStream } from 'node:stream';
import * as zlib from 'node:zlib';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { RatioGuard } from './ratio-guard.ts';
import { readThrough } from './read-through.ts';
import { type FramePiece, ZstdFrames } from './zstd-frames.ts';

/** node:zlib knows zstd from 22.15 on; before, fzstd does it in JavaScript. */
export function unzstd(
  source: AsyncIterable<Uint8Array>,
  guard: RatioGuard,
  limits: ImageLimits,
): AsyncIterable<Uint8Array> {
  const native = openNative();
  const frames = checkFrames(source, guard, limits);
  if (native === undefined) return unzstdInJavaScript(frames, guard);
  return readThrough(dataOf(frames), native, guard, zstdError);
}

/** A cast at the border: the types are those of Node 20. */
function openNative(): Transform | undefined {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress');
  if (typeof create !== 'function') return undefined;
  const made: unknown = create();
  return made instanceof TransformStream ? made : undefined;
}

async function* checkFrames(
  source: AsyncIterable<Uint8Array>,
  guard: RatioGuard,
  limits: ImageLimits,
): AsyncGenerator<FramePiece> {
  const frames = new ZstdFrames(limits);
  for await (const chunk of source) {
    guard.addIn(chunk.length);
    yield* frames.push(chunk);
  }
  frames.finish();
}

async function* dataOf(pieces: AsyncIterable<FramePiece>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) if (piece.kind === 'data') yield piece.bytes;
}

/** A few bytes of repeated blocks unpack to megabytes in one call: small pieces keep what is held at once small. */
const pushBytes = 1024;

async function* unzstdInJavaScript(
  pieces: AsyncIterable<FramePiece>,
  guard: RatioGuard,
): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  const out: Uint8Array[] = [];
  const open = () =>
    new Decompress((chunk) => {
      guard.addOut(chunk.length);
      out.push(chunk);
    });
  let decompressor = open();
  for await (const piece of pieces) {
    try {
      if (piece.kind === 'data') yield* pushAll(decompressor, piece.bytes, () => out.splice(0));
      else decompressor.push(new Uint8Array(0), true);
    } catch (error) {
      throw zstdError(error);
    }
    if (piece.kind === 'end') {
      yield* out.splice(0);
      decompressor = open();
    }
  }
}

function* pushAll(
  decompressor: { push(chunk: Uint8Array, final?: boolean): void },
  bytes: Uint8Array,
  take: () => Uint8Array[],
): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pushBytes) {
    // A copy, for fzstd keeps views of its input.
    decompressor.push(bytes.slice(at, at + pushBytes));
    yield* take();
  }
}

function zstdError(error: unknown): unknown {
  if (error instanceof MayflyError || !(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : undefined;
  const theirs =
    typeof code === 'number' ||
    String(code).startsWith('ZSTD_') ||
    error instanceof RangeError ||
    error instanceof TypeError;
  return theirs
    ? new MayflyError('IMAGE_INVALID', `damaged zstd data: ${error.message}`, { cause: error })
    : error;
}
