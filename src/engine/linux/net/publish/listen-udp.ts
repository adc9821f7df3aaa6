import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { DatagramPort } from '../ports.ts';
import type { ContainerDialer } from './container-dialer.ts';
import type { HostListener, ListenAddress } from './host-listener.ts';

/** As Docker's userland proxy: a client that is silent so long is forgotten. */
const idleTimeoutMs = 90_000;
/** Clients remembered at one time, per published port; the one silent for longest makes room. */
const mostClients = 1024;
/** Messages of a client kept while its socket in the container is being made; UDP may lose the rest. */
const mostWaiting = 64;

const noPeer = new Uint8Array();

export async function listenUdp(
  at: ListenAddress,
  containerPort: number,
  dialer: ContainerDialer,
): Promise<HostListener> {
  const socket = createSocket(at.address.includes(':') ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' });
  const clients = new UdpClients(socket, (signal) => dialer.udp(containerPort, signal));
  socket.on('message', (message, from) => clients.deliver(message, from));
  socket.bind({ address: at.address, port: at.port, exclusive: true });
  await once(socket, 'listening');
  // From now on errors are those of single messages (ECONNREFUSED of a client that is gone): UDP's way of losing them.
  socket.on('error', () => {});
  return {
    address: at.address,
    port: socket.address().port,
    close: async () => {
      clients.close();
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

/** One connected socket in the container for each client, so that answers find their way back. Least recently heard first. */
class UdpClients {
  readonly #socket: Socket;
  readonly #dial: (signal: AbortSignal) => Promise<DatagramPort>;
  readonly #clients = new Map<string, UdpClient>();

  constructor(socket: Socket, dial: (signal: AbortSignal) => Promise<DatagramPort>) {
    this.#socket = socket;
    this.#dial = dial;
  }

  deliver(message: Uint8Array, from: RemoteInfo): void {
    const key = `${from.address} ${from.port}`;
    const client =
      this.#clients.get(key) ??
      new UdpClient(
        this.#dial,
        (payload) => this.#answer(payload, from),
        () => this.#forget(key),
      );
    this.#clients.delete(key);
    this.#clients.set(key, client);
    const [oldest] = this.#clients.keys();
    if (this.#clients.size > mostClients && oldest !== undefined) this.#forget(oldest);
    client.deliver(message);
  }

  close(): void {
    for (const key of [...this.#clients.keys()]) this.#forget(key);
  }

  #answer(payload: Uint8Array, to: RemoteInfo): void {
    this.#socket.send(payload, to.port, to.address);
  }

  #forget(key: string): void {
    this.#clients.get(key)?.close();
    this.#clients.delete(key);
  }
}

class UdpClient {
  readonly #waiting: Uint8Array[] = [];
  readonly #closing = new AbortController();
  readonly #idle: NodeJS.Timeout;
  #port: DatagramPort | undefined;

  constructor(
    dial: (signal: AbortSignal) => Promise<DatagramPort>,
    onAnswer: (payload: Uint8Array) => void,
    onDead: () => void,
  ) {
    this.#idle = setTimeout(onDead, idleTimeoutMs).unref();
    dial(this.#closing.signal).then((port) => this.#open(port, onAnswer), onDead);
  }

  deliver(message: Uint8Array): void {
    this.#idle.refresh();
    if (this.#port !== undefined) this.#port.send(noPeer, message);
    else if (this.#waiting.length < mostWaiting) this.#waiting.push(message);
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#closing.abort();
    this.#port?.close();
  }

  #open(port: DatagramPort, onAnswer: (payload: Uint8Array) => void): void {
    if (this.#closing.signal.aborted) {
      port.close();
      return;
    }
    this.#port = port;
    port.onMessage((_peer, payload) => {
      this.#idle.refresh();
      onAnswer(payload);
    });
    for (const message of this.#waiting.splice(0)) port.send(noPeer, message);
  }
}
