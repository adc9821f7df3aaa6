import { createGunzip } from 'node:zlib';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { RatioGuard } from './ratio-guard.ts';
import { readThrough } from './read-through.ts';

export function gunzip(source: AsyncIterable<Uint8Array>, guard: RatioGuard): AsyncIterable<Uint8Array> {
  const unpacker = createGunzip({ chunkSize: 2 ** 18 });
  return readThrough(guard.countIn(source), unpacker, guard, gzipError);
}

/** zlib's own errors carry a code such as Z_DATA_ERROR. */
function gzipError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_')
    ? new MayflyError('IMAGE_INVALID', `damaged gzip data (${code})`, { cause: error })
    : error;
}
