import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';

/**
 * Both directions, each with its own end (a client that has sent all still reads the answer) and its own backpressure. Rejects when
 * either breaks or `signal` fires; both are then the caller's to destroy, for only he knows whether a reset is due.
 */
export async function relayStreams(a: Duplex, b: Duplex, signal: AbortSignal): Promise<void> {
  const ended = Promise.all([a, b].map((stream) => finished(stream, { signal, cleanup: true })));
  a.pipe(b);
  b.pipe(a);
  await ended;
}
