import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ContainerDialer } from './container-dialer.ts';
import type { HostListener, ListenAddress } from './host-listener.ts';
import { relayStreams } from './relay-streams.ts';

/** Connections relayed at one time, per published port; more are closed at once. */
const mostConnections = 1024;

export async function listenTcp(
  at: ListenAddress,
  containerPort: number,
  dialer: ContainerDialer,
): Promise<HostListener> {
  const relays = new Set<Promise<void>>();
  const closing = new AbortController();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    const relay = relayConnection(socket, containerPort, dialer, closing.signal).finally(() =>
      relays.delete(relay),
    );
    relays.add(relay);
  });
  server.maxConnections = mostConnections;
  server.listen({ host: at.address, port: at.port, ipv6Only: true });
  await once(server, 'listening');
  // From now on an error is that of one accept (EMFILE): that client is lost, the port is not.
  server.on('error', () => {});
  return {
    address: at.address,
    port: portOf(server),
    close: async (deadlineMs) => {
      const stopped = once(server, 'close');
      server.close();
      const deadline = setTimeout(() => closing.abort(), deadlineMs);
      await Promise.all(relays);
      clearTimeout(deadline);
      await stopped;
    },
  };
}

/** Never rejects: where the container refuses, the client sees its connection reset, the nearest thing to a refusal that is left. */
async function relayConnection(
  client: Socket,
  containerPort: number,
  dialer: ContainerDialer,
  signal: AbortSignal,
): Promise<void> {
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  client.on('error', () => gone.abort());
  let container: Duplex | undefined;
  try {
    container = await dialer.tcp(containerPort, AbortSignal.any([signal, gone.signal]));
    // What breaks it is said by `finished` in the relay; without a listener it would end Mayfly.
    container.on('error', () => {});
    await relayStreams(client, container, signal);
  } catch {
    client.resetAndDestroy();
    container?.destroy();
  }
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a port');
  return address.port;
}
