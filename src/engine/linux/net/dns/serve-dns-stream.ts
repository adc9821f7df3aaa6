import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { RespondToQuery } from './dns-responder.ts';

/** RFC 7766 6.2.3 asks for some seconds. */
const idleTimeoutMs = 10_000;

/**
 * Queries of one stream in order, each with its length in front (RFC 1035 4.2.2). Never rejects: a client that resets or falls
 * silent ends its own stream and nothing else.
 */
export async function serveDnsStream(
  stream: Duplex,
  respond: RespondToQuery,
  signal: AbortSignal,
): Promise<void> {
  const idle = setTimeout(() => stream.destroy(), idleTimeoutMs);
  const abort = (): void => void stream.destroy();
  signal.addEventListener('abort', abort, { once: true });
  // A reset also arrives as the rejection below; without a listener it would end Mayfly.
  stream.on('error', () => stream.destroy());
  try {
    for await (const query of framesOf(stream)) {
      idle.refresh();
      const answer = await respond(query, 'tcp');
      if (answer === undefined) {
        stream.destroy();
        return;
      }
      if (!stream.write(withLength(answer))) await once(stream, 'drain', { signal });
    }
    stream.end();
  } catch {
    stream.destroy();
  } finally {
    clearTimeout(idle);
    signal.removeEventListener('abort', abort);
  }
}

/** Holds at most one frame (65,537 bytes) and one chunk. */
async function* framesOf(stream: Duplex): AsyncGenerator<Uint8Array> {
  let held: Buffer = Buffer.alloc(0);
  // Plain iteration would destroy the stream at its end, and with it answers not yet sent.
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    held = Buffer.concat([held, asBytes(chunk)]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      yield held.subarray(2, end);
      held = held.subarray(end);
    }
  }
}

function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('a stream of bytes was expected');
}

function withLength(message: Uint8Array): Uint8Array {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
