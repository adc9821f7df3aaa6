import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { AddContext } from '../../image/add-to-store.ts';
import { type ImageLimits, limitError } from '../../image/image-limits.ts';
import type { Surroundings } from '../surroundings.ts';

/** Standard input as a file: an archive is read at random, which a pipe cannot be. */
export async function keepInput(
  { stdin }: Pick<Surroundings, 'stdin'>,
  { makeScratch, signal, limits }: AddContext,
): Promise<string> {
  const path = join(await makeScratch(), 'input');
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await pipeline(limited(stdin.read(), limits), file, { signal });
  return path;
}

async function* limited(source: AsyncIterable<Uint8Array>, limits: ImageLimits): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > limits.archiveBytes) throw limitError('archiveBytes', limits, 'the archive is too large');
    yield chunk;
  }
}
