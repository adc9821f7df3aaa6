import { cloneFlags } from '../../abi/clone-flags.ts';
import type { Op, Slot, Tape } from '../../tape/op.ts';
import { AF_INET, encodeSockaddr } from '../sockaddr.ts';
import { SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_STREAM } from '../socket-types.ts';
import { dnsSocketAddress } from './dns-address.ts';

export interface DnsSlots {
  readonly datagrams: Slot;
  readonly listener: Slot;
  /** Numbers of the pump's streams; the pump owns the sockets from then on. */
  readonly datagramStream: number;
  readonly listenerStream: number;
}

const pumpModes = { datagrams: 4, listener: 5 } as const;
const backlog = 16;

/** The name server's sockets, by a server that is in the container's network namespace already; loopback must be up. */
export function planDnsSockets({ datagrams, listener, datagramStream, listenerStream }: DnsSlots): Tape {
  return [
    ...bound(SOCK_DGRAM, datagrams),
    { kind: 'pump', slot: datagrams, stream: datagramStream, mode: pumpModes.datagrams, process: 0 },
    ...bound(SOCK_STREAM, listener),
    { kind: 'listen', slot: listener, backlog },
    { kind: 'pump', slot: listener, stream: listenerStream, mode: pumpModes.listener, process: 0 },
  ];
}

/** As a tape of its own. `container` is its pidfd or a descriptor of its network namespace. */
export function planDns(container: Slot, slots: DnsSlots): Tape {
  return [{ kind: 'setns', slot: container, flags: cloneFlags.CLONE_NEWNET }, ...planDnsSockets(slots)];
}

function bound(type: number, into: Slot): readonly Op[] {
  return [
    { kind: 'socket', domain: AF_INET, type: type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol: 0, into },
    { kind: 'bind', slot: into, address: encodeSockaddr(dnsSocketAddress()) },
  ];
}
