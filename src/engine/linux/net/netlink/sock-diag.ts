import type { ListeningSocket } from '../../../../core/engine.ts';
import { dnsAddress, dnsPort } from '../dns/dns-address.ts';
import { type IpAddress, ipFromBytes, renderIp, unmapped } from '../ip.ts';
import { AF_INET, AF_INET6, type SocketAddress } from '../sockaddr.ts';
import { type NetlinkMessage, NLM_F_DUMP, type ReceivedMessage } from './message.ts';

/** linux/sock_diag.h, linux/in.h, net/tcp_states.h */
const SOCK_DIAG_BY_FAMILY = 20;
const IPPROTO = { tcp: 6, udp: 17 } as const;
/** An unconnected UDP socket is in TCP_CLOSE, a connected one in TCP_ESTABLISHED. */
const waitingState = { tcp: 10, udp: 7 } as const;

const answerBytes = 72;

/** TCP_ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK, CLOSING: states in which there is somebody at the other end. */
const connectedStates = [1, 4, 5, 8, 9, 11];

export interface TcpConnection {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
}

/** All sockets that wait for somebody. */
export function dumpSockets(protocol: 'tcp' | 'udp', family: 4 | 6): NetlinkMessage {
  return dump(protocol, family, [waitingState[protocol]]);
}

/** All TCP sockets that have somebody. */
export function dumpConnections(family: 4 | 6): NetlinkMessage {
  return dump('tcp', family, connectedStates);
}

/** struct inet_diag_req_v2: family, protocol, extensions, padding, states, id. */
function dump(protocol: 'tcp' | 'udp', family: 4 | 6, states: readonly number[]): NetlinkMessage {
  const header = Buffer.alloc(56);
  header[0] = family === 4 ? AF_INET : AF_INET6;
  header[1] = IPPROTO[protocol];
  header.writeUInt32LE(
    states.reduce((bits, state) => bits | (1 << state), 0),
    4,
  );
  return { type: SOCK_DIAG_BY_FAMILY, flags: NLM_F_DUMP, header, attributes: [] };
}

/** The answer to `dumpSockets`. Each once, as SO_REUSEPORT has several sockets on one port; without Mayfly's own DNS. */
export function parseSockets(
  protocol: 'tcp' | 'udp',
  reply: readonly ReceivedMessage[],
): readonly ListeningSocket[] {
  const sockets = new Map<string, ListeningSocket>();
  for (const { type, payload } of reply) {
    if (type !== SOCK_DIAG_BY_FAMILY || payload.length < answerBytes) continue;
    const socket = parseSocket(protocol, payload);
    if (socket !== undefined && !isOwnDns(socket)) sockets.set(`${socket.address} ${socket.port}`, socket);
  }
  return [...sockets.values()];
}

/** The answer to `dumpConnections`; addresses as they are on the line, so an IPv4-mapped one is IPv4. */
export function parseConnections(reply: readonly ReceivedMessage[]): readonly TcpConnection[] {
  return reply.flatMap(({ type, payload }) => {
    if (type !== SOCK_DIAG_BY_FAMILY || payload.length < answerBytes) return [];
    const view = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    const ipAt = (at: number): IpAddress | undefined =>
      ipFromBytes(view.subarray(at, at + (view[0] === AF_INET ? 4 : 16)));
    const [local, remote] = [ipAt(8), ipAt(24)];
    if (local === undefined || remote === undefined) return [];
    return [
      {
        local: { ip: unmapped(local), port: view.readUInt16BE(4) },
        remote: { ip: unmapped(remote), port: view.readUInt16BE(6) },
      },
    ];
  });
}

/** struct inet_diag_msg: family, state, timer, retransmits, then the id: two ports and two 16-byte addresses, network order. */
function parseSocket(protocol: 'tcp' | 'udp', payload: Uint8Array): ListeningSocket | undefined {
  const view = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const ip = ipFromBytes(view.subarray(8, view[0] === AF_INET ? 12 : 24));
  const port = view.readUInt16BE(4);
  // A UDP socket that was never bound has port 0: nobody can reach it.
  return ip === undefined || port === 0 ? undefined : { protocol, address: renderIp(ip), port };
}

/** kernel-notes.md, Networks: the server sits on 127.0.0.11:53 of every container and is no socket of the container. */
function isOwnDns({ address, port }: ListeningSocket): boolean {
  return address === dnsAddress && port === dnsPort;
}
