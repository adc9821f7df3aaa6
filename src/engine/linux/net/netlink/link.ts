import { macBytes } from '../mac.ts';
import { type Attribute, cString, encodeAttributes, u8, u32 } from './attribute.ts';
import { type NetlinkMessage, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from './message.ts';

/** linux/rtnetlink.h */
export const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const RTM_SETLINK = 19;

/** linux/if.h */
export const IFF_UP = 0x1;

/** linux/if_link.h, linux/veth.h */
export const IFLA = {
  ADDRESS: 1,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  MASTER: 10,
  PROTINFO: 12,
  LINKINFO: 18,
  AF_SPEC: 26,
  NET_NS_FD: 28,
  NUM_TX_QUEUES: 31,
  NUM_RX_QUEUES: 32,
  INFO_KIND: 1,
  INFO_DATA: 2,
  INET6_ADDR_GEN_MODE: 8,
  VETH_INFO_PEER: 1,
} as const;

/** linux/if_link.h IFLA_BR_* */
const IFLA_BR = { FORWARD_DELAY: 1, STP_STATE: 5, MCAST_SNOOPING: 23 } as const;

/** linux/if_bridge.h BR_STATE_* */
const portStates = { disabled: 0, forwarding: 3 } as const;
const IFLA_BRPORT_STATE = 1;

/** linux/netlink.h. Only the bridge insists on it (net/bridge/br_netlink.c br_setlink). */
const NLA_F_NESTED = 0x8000;

const AF_BRIDGE = 7;
const AF_INET6 = 10;
const IN6_ADDR_GEN_MODE_NONE = 1;

export interface LinkSettings {
  readonly name?: string;
  readonly mac?: string;
  readonly mtu?: number;
  /** Index of the bridge. */
  readonly master?: number;
  readonly up?: boolean;
  /** The link gives itself no IPv6 address (IN6_ADDR_GEN_MODE_NONE). Refused by the kernel when a link is created. */
  readonly noIpv6Address?: boolean;
}

/**
 * A link by an index of our own choosing: so the messages that follow in the same buffer can name it, and nothing has to be
 * read back between them.
 */
export interface NewLink extends LinkSettings {
  readonly index: number;
  readonly name: string;
}

export function newBridge(link: NewLink): NetlinkMessage {
  const data = [
    { type: IFLA_BR.STP_STATE, value: u32(0) },
    { type: IFLA_BR.FORWARD_DELAY, value: u32(0) },
    // With snooping and nobody who asks, group membership expires and IPv6 neighbour discovery stops after minutes.
    { type: IFLA_BR.MCAST_SNOOPING, value: u8(0) },
  ];
  return createLink(link, 'bridge', data);
}

/** A veth otherwise gets a queue per core of the host, each with objects in sysfs: slow to make, and never needed here. */
const oneQueue: readonly Attribute[] = [
  { type: IFLA.NUM_TX_QUEUES, value: u32(1) },
  { type: IFLA.NUM_RX_QUEUES, value: u32(1) },
];

/** The peer comes to life in the network namespace whose descriptor stands in IFLA_NET_NS_FD, see `netNsFdOffset`. */
export function newVeth(link: NewLink, peer: NewLink): NetlinkMessage {
  return veth(link, peer, [{ type: IFLA.NET_NS_FD, value: u32(netNsFdMark) }]);
}

/** Both ends in the socket's own namespace. */
export function newVethHere(link: NewLink, peer: NewLink): NetlinkMessage {
  return veth(link, peer, []);
}

function veth(link: NewLink, peer: NewLink, ofPeer: readonly Attribute[]): NetlinkMessage {
  const peerAttributes = [...settingAttributes(peer), ...oneQueue, ...ofPeer];
  const value = Buffer.concat([linkHeader(peer.index, peer), encodeAttributes(peerAttributes)]);
  return createLink(link, 'veth', [{ type: IFLA.VETH_INFO_PEER, value }], oneQueue);
}

export function setLink(index: number, settings: LinkSettings): NetlinkMessage {
  return {
    type: RTM_NEWLINK,
    flags: 0,
    header: linkHeader(index, settings),
    attributes: settingAttributes(settings),
  };
}

/** Of a port of a bridge, at once: taking it off the bridge waits until nobody uses it any more. */
export function setPort(index: number, state: 'disabled' | 'forwarding'): NetlinkMessage {
  const header = linkHeader(index, {});
  header[0] = AF_BRIDGE;
  const value = [{ type: IFLA_BRPORT_STATE, value: u8(portStates[state]) }];
  return {
    type: RTM_SETLINK,
    flags: 0,
    header,
    attributes: [{ type: IFLA.PROTINFO | NLA_F_NESTED, value }],
  };
}

/** A veth takes its peer with it. */
export function deleteLink(index: number): NetlinkMessage {
  return { type: RTM_DELLINK, flags: 0, header: linkHeader(index, {}), attributes: [] };
}

export function dumpLinks(): NetlinkMessage {
  return { type: RTM_GETLINK, flags: NLM_F_DUMP, header: linkHeader(0, {}), attributes: [] };
}

/** Stands where the launcher writes the descriptor's number: TypeScript knows slots only. No descriptor is that large. */
const netNsFdMark = 0x7fff_4d46;

/** Where the descriptor's number goes in encoded messages that hold exactly one `newVeth`. */
export function netNsFdOffset(messages: Uint8Array): number {
  const mark = Buffer.from(encodeAttributes([{ type: IFLA.NET_NS_FD, value: u32(netNsFdMark) }]));
  const at = Buffer.from(messages.buffer, messages.byteOffset, messages.byteLength).indexOf(mark);
  if (at < 0) throw new RangeError('no veth among the messages');
  return at + 4;
}

function createLink(
  link: NewLink,
  kind: string,
  data: readonly Attribute[],
  more: readonly Attribute[] = [],
): NetlinkMessage {
  const info = [
    { type: IFLA.INFO_KIND, value: cString(kind) },
    { type: IFLA.INFO_DATA, value: data },
  ];
  return {
    type: RTM_NEWLINK,
    flags: NLM_F_CREATE | NLM_F_EXCL,
    header: linkHeader(link.index, link),
    attributes: [...settingAttributes(link), ...more, { type: IFLA.LINKINFO, value: info }],
  };
}

/** struct ifinfomsg: family, padding, device type, index, flags, which flags change. */
function linkHeader(index: number, { up }: LinkSettings): Uint8Array {
  const header = Buffer.alloc(16);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(up === true ? IFF_UP : 0, 8);
  header.writeUInt32LE(up === undefined ? 0 : IFF_UP, 12);
  return header;
}

function settingAttributes({ name, mac, mtu, master, noIpv6Address }: LinkSettings): readonly Attribute[] {
  const attributes: Attribute[] = [];
  if (name !== undefined) attributes.push({ type: IFLA.IFNAME, value: cString(name) });
  if (mac !== undefined) attributes.push({ type: IFLA.ADDRESS, value: macBytes(mac) });
  if (mtu !== undefined) attributes.push({ type: IFLA.MTU, value: u32(mtu) });
  if (master !== undefined) attributes.push({ type: IFLA.MASTER, value: u32(master) });
  if (noIpv6Address === true) {
    const mode = { type: IFLA.INET6_ADDR_GEN_MODE, value: u8(IN6_ADDR_GEN_MODE_NONE) };
    attributes.push({ type: IFLA.AF_SPEC, value: [{ type: AF_INET6, value: [mode] }] });
  }
  return attributes;
}
