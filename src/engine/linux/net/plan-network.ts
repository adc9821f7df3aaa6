import { cloneFlags } from '../abi/clone-flags.ts';
import { openFlags } from '../abi/open-flags.ts';
import { noSlot, type Slot, type Tape } from '../tape/op.ts';
import { bridgeMac } from './mac.ts';
import { newBridge, setLink } from './netlink/link.ts';
import { encodeMessages } from './netlink/message.ts';
import { openNetlink } from './open-netlink.ts';
import { writeSysctl } from './write-sysctl.ts';

/** Indexes of our own choosing are far from those the kernel gives (tunl0, sit0 … appear by themselves). */
export const bridgeIndex = 1000;
const bridgeName = 'br0';

export interface NetworkSlots {
  /** The network's namespace. */
  readonly namespace: Slot;
  /** A routing socket in it, through which members are attached. */
  readonly socket: Slot;
}

/**
 * A network: a namespace of its own with one bridge and nothing else, no address on it, no host, no gateway. A bridge that may
 * have an IPv6 address gives itself one and answers there (kernel-notes.md), so the namespace has none at all; frames of
 * IPv6 pass a bridge all the same.
 */
export function planNetwork(slots: NetworkSlots, ipv6: boolean): Tape {
  const messages = encodeMessages([
    newBridge({ index: bridgeIndex, name: bridgeName, mac: bridgeMac }),
    ...(ipv6 ? [setLink(bridgeIndex, { noIpv6Address: true })] : []),
    setLink(bridgeIndex, { up: true }),
  ]);
  return [
    { kind: 'unshare', flags: cloneFlags.CLONE_NEWNET },
    openOwnNetworkNamespace(slots.namespace),
    writeSysctl('net.ipv4.ip_forward', 0),
    ...(ipv6 ? noIpv6 : []),
    openNetlink('route', slots.socket),
    { kind: 'netlink', slot: slots.socket, messages, reply: 0 },
  ];
}

const noIpv6: Tape = [
  writeSysctl('net.ipv6.conf.all.forwarding', 0),
  writeSysctl('net.ipv6.conf.all.disable_ipv6', 1),
  // Of links that are yet to come: the bridge and its ports.
  writeSysctl('net.ipv6.conf.default.disable_ipv6', 1),
];

/** `setns` and IFLA_NET_NS_FD take this descriptor; a pidfd serves the former only. */
export function openOwnNetworkNamespace(into: Slot): Tape[number] {
  return {
    kind: 'open',
    dir: noSlot,
    path: '/proc/self/ns/net',
    flags: openFlags.O_CLOEXEC,
    mode: 0,
    resolve: 0,
    into,
  };
}
