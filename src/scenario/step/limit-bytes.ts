import { Readable } from 'node:stream';
import { MayflyError } from '../../core/mayfly-error.ts';

/** The same stream, which fails once it has brought more than the limit, or when the signal is aborted. */
export function limitBytes(source: Readable, limit: number, signal: AbortSignal): Readable {
  return Readable.from(counted(source, limit, signal), { objectMode: false });
}

async function* counted(source: Readable, limit: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    signal.throwIfAborted();
    size += chunk.length;
    if (size > limit)
      throw new MayflyError('OUTPUT_LIMIT', `\`copy\` moves more than the limit copyBytes (${limit} bytes)`);
    yield chunk;
  }
}
