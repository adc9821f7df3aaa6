import { pipeline, Readable, type Transform } from 'node:stream';
import type { RatioGuard } from './ratio-guard.ts';

/** Runs a source through a Node transform; both end together, whoever fails or leaves first. */
export async function* readThrough(
  source: AsyncIterable<Uint8Array>,
  unpacker: Transform,
  guard: RatioGuard,
  translate: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  const out: Readable = pipeline(
    Readable.from(source, { objectMode: false, highWaterMark: 2 ** 18 }),
    unpacker,
    () => undefined,
  );
  try {
    for await (const chunk of out) {
      guard.addOut(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw translate(error);
  }
}
