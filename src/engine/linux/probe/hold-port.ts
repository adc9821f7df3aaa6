import { once } from 'node:events';
import { createServer } from 'node:net';
import type { HeldPort } from '../../../core/probe.ts';

/** Listens at a port that the kernel chooses, and hangs up on whoever comes. */
export async function holdPort(address: string): Promise<HeldPort | { readonly error: string }> {
  const server = createServer((peer) => peer.destroy());
  server.listen({ host: address, port: 0, ipv6Only: true });
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { error: String(error.code) };
    throw error;
  }
  server.on('error', () => {}); // of one accept (EMFILE)
  const place = server.address();
  if (place === null || typeof place === 'string') throw new TypeError('not listening on a port');
  return {
    port: place.port,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
