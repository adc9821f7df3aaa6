import { setTimeout as sleep } from 'node:timers/promises';
import { digestMismatch } from '../digest.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import type { BlobPromise } from '../store/blob-store.ts';
import { explainFailure } from './explain-failure.ts';
import { mayAskNext } from './may-ask-next.ts';
import type { RegistryClient } from './registry-client.ts';

/** A blob's bytes, from the first who sends them. Where one gives up the next goes on: whether it fits is told by the digest. */
export async function* readBlobInTurn(
  clients: readonly RegistryClient[],
  blob: BlobPromise,
  limits: ImageLimits,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const [place, client] of clients.entries()) {
    try {
      for await (const bytes of readBlob(client, blob, at, limits, signal)) {
        at += bytes.length;
        yield bytes;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (place === clients.length - 1 || !mayAskNext(error)) throw error;
    }
  }
}

/**
 * A blob's bytes, as many as were promised. What breaks off is taken up again where it was. Its digest is for the reader to
 * compare, who has all of it.
 */
async function* readBlob(
  client: RegistryClient,
  { digest, sizeBytes }: BlobPromise,
  from: number,
  limits: ImageLimits,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let at = from;
  for (let failures = 0, restarts = 0; at < sizeBytes; restarts += 1) {
    if (restarts > limits.registryRestarts)
      throw limitError('registryRestarts', limits, `${digest} breaks off again and again`);
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
