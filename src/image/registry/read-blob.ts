import { setTimeout as sleep } from 'node:timers/promises';
import { digestMismatch } from '../digest.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { BlobPromise } from '../store/blob-store.ts';
import { explainFailure } from './explain-failure.ts';
import type { RegistryClient } from './registry-client.ts';

/**
 * A blob's bytes, as many as were promised. What breaks off is taken up again where it was. Its digest is for the reader to
 * compare, who has all of it.
 */
export async function* readBlob(
  client: RegistryClient,
  { digest, sizeBytes }: BlobPromise,
  limits: ImageLimits,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let failures = 0; at < sizeBytes; ) {
    const begunAt = at;
    const { skipped, chunks } = await client.openBlob(digest, at, signal);
    try {
      let unwantedBytes = skipped ? 0 : at;
      for await (const chunk of chunks) {
        const wanted = chunk.subarray(Math.min(unwantedBytes, chunk.length));
        unwantedBytes -= chunk.length - wanted.length;
        if (wanted.length === 0) continue;
        if (at + wanted.length > sizeBytes)
          throw digestMismatch(`the size of ${digest}`, String(sizeBytes), `more than ${sizeBytes}`);
        at += wanted.length;
        yield wanted;
      }
      if (at === sizeBytes) return;
    } catch (error) {
      signal.throwIfAborted();
      const failure = explainFailure(error, client.endpoint.name);
      if (failure === undefined) throw error;
      if (!failure.mayPass || failures + 1 >= limits.registryAttempts) throw failure.error;
    }
    // Bytes by the dozen are no progress.
    failures = at - begunAt >= limits.registryTrickleBytes ? 0 : failures + 1;
    if (failures >= limits.registryAttempts)
      throw digestMismatch(`the size of ${digest}`, String(sizeBytes), String(at));
    await sleep(limits.registryBackoffMs * 2 ** failures, undefined, { signal });
  }
}
