import { be32 } from '../netlink/attribute.ts';
import type { Expression, Register } from './expression.ts';

/** linux/in.h, linux/icmpv6.h */
export const ipProtocols = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;

/** linux/netfilter.h: what `meta nfproto` says in the family `inet`. */
const nfProtocols = { 4: 2, 6: 10 } as const;

/** linux/netfilter/nf_conntrack_common.h NF_CT_STATE_*_BIT, in the machine's order. */
const connectionStates = { invalid: 1, established: 2, related: 4, new: 8 } as const;
const connectionDirections = { original: 0, reply: 1 } as const;

/** What comparisons spend. Keys of sets are put together from 0 on, so it lies behind the longest of them. */
const scratch: Register = 15;

type Match = readonly Expression[];

export const accept: Expression = { kind: 'verdict', verdict: 'accept' };
export const drop: Expression = { kind: 'verdict', verdict: 'drop' };

export const isFamily = (family: 4 | 6): Match => [
  { kind: 'meta', key: 'nfproto', into: scratch },
  equals(Uint8Array.of(nfProtocols[family])),
];

/** Behind extension headers, too. */
export const isProtocol = (protocol: keyof typeof ipProtocols): Match => [
  { kind: 'meta', key: 'l4proto', into: scratch },
  equals(Uint8Array.of(ipProtocols[protocol])),
];

export const isConnection = (...states: readonly (keyof typeof connectionStates)[]): Match => {
  const bits = states.reduce((sum, state) => sum | connectionStates[state], 0);
  return [
    { kind: 'ct', key: 'state', into: scratch },
    { kind: 'mask', from: scratch, mask: Uint8Array.of(bits, 0, 0, 0), into: scratch },
    { kind: 'compare', from: scratch, how: 'different', value: new Uint8Array(4) },
  ];
};

export const isDirection = (direction: keyof typeof connectionDirections): Match => [
  { kind: 'ct', key: 'direction', into: scratch },
  equals(Uint8Array.of(connectionDirections[direction])),
];

/** True for that share of packets, by chance. */
export const happens = (share: number): Match => [
  { kind: 'random', below: randomRange, into: scratch },
  { kind: 'compare', from: scratch, how: 'below', value: be32(Math.round(share * randomRange)) },
];
const randomRange = 1_000_000;

/** Bytes of a header, at most four of them. */
export const hasBytes = (
  base: 'link' | 'network' | 'transport',
  offset: number,
  value: Uint8Array,
): Match => [{ kind: 'payload', base, offset, length: value.length, into: scratch }, equals(value)];

/** Bits of one byte of a header. */
export const hasBits = (
  base: 'network' | 'transport',
  offset: number,
  bits: number,
  value: number,
): Match => [
  { kind: 'payload', base, offset, length: 1, into: scratch },
  { kind: 'mask', from: scratch, mask: Uint8Array.of(bits), into: scratch },
  equals(Uint8Array.of(value)),
];

/** A part of a key: how a rule takes it from a frame, and how its value is written in the set. */
export interface KeyPart {
  readonly bytes: number;
  readonly load: (into: Register) => Expression;
}

const header = (base: 'link' | 'network' | 'transport', offset: number, bytes: number): KeyPart => ({
  bytes,
  load: (into) => ({ kind: 'payload', base, offset, length: bytes, into }),
});

const meta = (key: 'iif' | 'oif' | 'l4proto', bytes: number): KeyPart => ({
  bytes,
  load: (into) => ({ kind: 'meta', key, into }),
});

/** linux/if_ether.h, linux/ip.h, linux/ipv6.h, linux/if_arp.h, linux/tcp.h: where things stand. */
export const part = {
  inputPort: meta('iif', 4),
  outputPort: meta('oif', 4),
  protocol: meta('l4proto', 1),
  etherDestination: header('link', 0, 6),
  etherSource: header('link', 6, 6),
  ipv4Source: header('network', 12, 4),
  ipv4Destination: header('network', 16, 4),
  ipv6Source: header('network', 8, 16),
  ipv6Destination: header('network', 24, 16),
  arpSenderMac: header('network', 8, 6),
  arpSenderIp: header('network', 14, 4),
  sourcePort: header('transport', 0, 2),
  destinationPort: header('transport', 2, 2),
  /** Of the packet that an ICMP error quotes, behind the eight bytes of its own. */
  quotedIpv4Destination: header('transport', 8 + 16, 4),
  quotedIpv6Destination: header('transport', 8 + 24, 16),
  /** RFC 4861: of a solicitation and of an advertisement. */
  ndTarget: header('transport', 8, 16),
  /** RFC 4861: the address in the first option of either. */
  ndFirstOptionMac: header('transport', 26, 6),
} as const;

const padded = (bytes: number): number => (bytes + 3) & ~3;

export const keyBytes = (parts: readonly KeyPart[]): number =>
  parts.reduce((sum, { bytes }) => sum + padded(bytes), 0);

/** The concatenation of these stands in the set. */
export function isIn(set: string, parts: readonly KeyPart[]): Match {
  let at = 0;
  const loads = parts.map(({ bytes, load }) => {
    const expression = load(at);
    at += padded(bytes) / 4;
    return expression;
  });
  return [...loads, { kind: 'lookup', set, from: 0 }];
}

/** A key as `isIn` puts it together. */
export function encodeKey(values: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, { length }) => sum + padded(length), 0));
  let at = 0;
  for (const value of values) {
    bytes.set(value, at);
    at += padded(value.length);
  }
  return bytes;
}

/** As `meta iif` has it: in the machine's order. */
export const portIndex = (index: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(index);
  return bytes;
};

export const be16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff);

const equals = (value: Uint8Array): Expression => ({ kind: 'compare', from: scratch, how: 'equal', value });
