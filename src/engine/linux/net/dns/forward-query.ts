import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { parseIp } from '../ip.ts';
import type { DnsTransport, ForwardQuery } from './dns-responder.ts';
import { headerBytes } from './query.ts';
import { skipName } from './wire-name.ts';

export interface ForwarderOptions {
  /** Asked one after the other until one answers. */
  readonly servers: readonly { readonly address: string; readonly port: number }[];
  /** For each server. */
  readonly timeoutMs: number;
  /** 0–65535, hard to guess: an answer is believed by it (RFC 5452). */
  readonly randomId: () => number;
}

type Server = ForwarderOptions['servers'][number];

/** Asks from the host, for a container that has a way out anyway. */
export function dnsForwarder({ servers, timeoutMs, randomId }: ForwarderOptions): ForwardQuery {
  return async (query, transport) => {
    for (const server of servers) {
      const id = randomId() & 0xffff;
      const answer = await ask[transport](server, withId(query, id), timeoutMs);
      if (answer !== undefined) return withId(answer, readId(query));
    }
    return undefined;
  };
}

const ask: Readonly<
  Record<
    DnsTransport,
    (server: Server, query: Uint8Array, timeoutMs: number) => Promise<Uint8Array | undefined>
  >
> = {
  udp: askByDatagram,
  tcp: askByStream,
};

function askByDatagram(
  server: Server,
  query: Uint8Array,
  timeoutMs: number,
): Promise<Uint8Array | undefined> {
  const socket = createSocket(parseIp(server.address)?.family === 6 ? 'udp6' : 'udp4');
  return new Promise((resolve) => {
    const finish = (answer: Uint8Array | undefined): void => {
      clearTimeout(timer);
      socket.removeAllListeners('message').close();
      resolve(answer);
    };
    const timer = setTimeout(finish, timeoutMs, undefined);
    // Refused, unreachable: the next server is asked.
    socket.once('error', () => finish(undefined));
    socket.on('message', (message) => {
      if (isAnswerTo(query, message)) finish(message);
    });
    // Connected: the kernel drops what comes from elsewhere.
    socket.connect(server.port, server.address, () => socket.send(query));
  });
}

function askByStream(server: Server, query: Uint8Array, timeoutMs: number): Promise<Uint8Array | undefined> {
  const socket = connect({ host: server.address, port: server.port });
  return new Promise((resolve) => {
    let held: Buffer = Buffer.alloc(0);
    const finish = (answer: Uint8Array | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(finish, timeoutMs, undefined);
    socket.once('error', () => finish(undefined));
    socket.once('end', () => finish(undefined));
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      if (held.length < 2 || held.length < 2 + held.readUInt16BE(0)) return;
      const message = held.subarray(2, 2 + held.readUInt16BE(0));
      finish(isAnswerTo(query, message) ? message : undefined);
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
}

/** Same id, marked as an answer, same question byte for byte, or a refusal that repeats none. */
function isAnswerTo(query: Uint8Array, message: Buffer): boolean {
  if (
    message.length < headerBytes ||
    readId(message) !== readId(query) ||
    (message.readUInt8(2) & 0x80) === 0
  )
    return false;
  if (message.readUInt16BE(4) === 0) return (message.readUInt8(3) & 0xf) !== 0;
  const asked = Buffer.from(query);
  const end = (skipName(asked, headerBytes) ?? 0) + 4;
  return asked.subarray(headerBytes, end).equals(message.subarray(headerBytes, end));
}

const readId = (message: Uint8Array): number => ((message[0] ?? 0) << 8) | (message[1] ?? 0);

function withId(message: Uint8Array, id: number): Uint8Array {
  const copy = Uint8Array.from(message);
  copy[0] = id >> 8;
  copy[1] = id & 0xff;
  return copy;
}
