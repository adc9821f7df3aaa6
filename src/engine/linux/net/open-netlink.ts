import type { Op, Slot } from '../tape/op.ts';
import { AF_NETLINK } from './sockaddr.ts';
import { SOCK_CLOEXEC, SOCK_RAW } from './socket-types.ts';

/** linux/netlink.h */
const protocols = { route: 0, sockDiag: 4, netfilter: 12 } as const;

/**
 * A netlink socket of the network namespace the server is in now; it stays with that namespace wherever the server goes. Not
 * bound: the kernel does that with the first message.
 */
export function openNetlink(protocol: keyof typeof protocols, into: Slot): Op {
  return {
    kind: 'socket',
    domain: AF_NETLINK,
    type: SOCK_RAW | SOCK_CLOEXEC,
    protocol: protocols[protocol],
    into,
  };
}
