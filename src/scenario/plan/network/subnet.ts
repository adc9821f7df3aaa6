import { type IpAddress, parseIp } from './ip-address.ts';

export interface Subnet {
  readonly cidr: string;
  readonly version: 4 | 6;
  /** The lowest address, that of the network itself. */
  readonly first: bigint;
  readonly last: bigint;
}

/** Ranges that mean something special in every network stack (RFC 6890). */
const reserved = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/8',
  'fe80::/10',
  'ff00::/8',
];

/** A subnet a network can have; a sentence if the text is none. */
export function parseSubnet(text: string): Subnet | string {
  const subnet = parseCidr(text);
  if (subnet === undefined) return 'is no subnet in CIDR notation, such as 10.20.0.0/24';
  const { version, prefix, address } = subnet;
  const [shortest, longest] = version === 4 ? [8, 30] : [16, 126];
  if (prefix < shortest || prefix > longest) return `needs a prefix from /${shortest} to /${longest}`;
  if (subnet.first !== address) return 'has bits set to the right of its prefix';
  const clash = reserved.find((cidr) => overlaps(subnet, parseCidr(cidr)));
  if (clash !== undefined) return `lies in ${clash}, which is reserved`;
  return { cidr: text, version, first: subnet.first, last: subnet.last };
}

export function overlaps(one: Subnet, other: Subnet | undefined): boolean {
  return (
    other !== undefined && one.version === other.version && one.first <= other.last && other.first <= one.last
  );
}

/** Why a member cannot have the address; undefined if it can. */
export function whyNotInSubnet(address: IpAddress, subnet: Subnet): string | undefined {
  if (address.version !== subnet.version || address.value < subnet.first || address.value > subnet.last) {
    return `is not in ${subnet.cidr}`;
  }
  if (address.value === subnet.first) return `is the address of the network ${subnet.cidr} itself`;
  if (subnet.version === 4 && address.value === subnet.last)
    return `is the broadcast address of ${subnet.cidr}`;
  return undefined;
}

type Cidr = Subnet & { readonly prefix: number; readonly address: bigint };

function parseCidr(cidr: string): Cidr | undefined {
  const match = /^([0-9a-fA-F:.]+)\/(\d{1,3})$/.exec(cidr);
  const ip = parseIp(match?.[1] ?? '');
  const prefix = Number(match?.[2]);
  if (ip === undefined) return undefined;
  const bits = ip.version === 4 ? 32 : 128;
  if (prefix > bits) return undefined;
  const hostMask = (1n << BigInt(bits - prefix)) - 1n;
  const first = ip.value & ~hostMask;
  return { cidr, version: ip.version, prefix, address: ip.value, first, last: first | hostMask };
}
