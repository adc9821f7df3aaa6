import type { ListeningSocket } from '../../../../core/engine.ts';
import { dnsAddress, dnsPort } from '../dns/dns-address.ts';
import { ipFromBytes, renderIp } from '../ip.ts';
import { AF_INET, AF_INET6 } from '../sockaddr.ts';
import { type NetlinkMessage, NLM_F_DUMP, type ReceivedMessage } from './message.ts';

/** linux/sock_diag.h, linux/in.h, net/tcp_states.h */
const SOCK_DIAG_BY_FAMILY = 20;
const IPPROTO = { tcp: 6, udp: 17 } as const;
/** An unconnected UDP socket is in TCP_CLOSE, a connected one in TCP_ESTABLISHED. */
const waitingState = { tcp: 10, udp: 7 } as const;

const answerBytes = 72;

/** struct inet_diag_req_v2 for all sockets that wait for somebody: family, protocol, extensions, padding, states, id. */
export function dumpSockets(protocol: 'tcp' | 'udp', family: 4 | 6): NetlinkMessage {
  const header = Buffer.alloc(56);
  header[0] = family === 4 ? AF_INET : AF_INET6;
  header[1] = IPPROTO[protocol];
  header.writeUInt32LE(1 << waitingState[protocol], 4);
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
