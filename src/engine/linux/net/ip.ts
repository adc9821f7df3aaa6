import { isIPv4, SocketAddress } from 'node:net';

/** An address as a number, so that ranges, masks and equality are arithmetic. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

export const familyBits = { 4: 32, 6: 128 } as const;

/**
 * Undefined unless `text` is a plain address: no zone, no leading zeros, no octal or hexadecimal IPv4 (ipaddr.js takes those,
 * which is why Node's own strict grammar decides here).
 */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { family: 4, value: ipv4Value(text) };
  if (!isPlainIpv6(text)) return undefined;
  return { family: 6, value: ipv6Value(text) };
}

/** inet_pton(3) by way of SocketAddress: `net.isIPv6` compiles a regular expression for longer than a container takes to start. */
function isPlainIpv6(text: string): boolean {
  if (!/^[\da-f.]*:[\da-f:.]*$/i.test(text)) return false;
  try {
    return new SocketAddress({ address: text, family: 'ipv6' }).family === 'ipv6';
  } catch {
    return false;
  }
}

/** IPv6 as RFC 5952 wants it: lower case, the longest run of two or more zero groups shortened, the first of equal ones. */
export function renderIp(ip: IpAddress): string {
  return ip.family === 4 ? [...ipToBytes(ip)].join('.') : renderIpv6(ip.value);
}

/** Network order; 4 or 16 bytes. */
export function ipToBytes(ip: IpAddress): Uint8Array {
  const bytes = new Uint8Array(familyBits[ip.family] / 8);
  let rest = ip.value;
  for (let at = bytes.length - 1; at >= 0; at -= 1) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** Undefined unless 4 or 16 bytes. */
export function ipFromBytes(bytes: Uint8Array): IpAddress | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  const value = bytes.reduce((whole, byte) => (whole << 8n) | BigInt(byte), 0n);
  return { family: bytes.length === 4 ? 4 : 6, value };
}

/** An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) as the IPv4 address it stands for; others as they are. */
export function unmapped(ip: IpAddress): IpAddress {
  const low = ip.value & 0xffff_ffffn;
  return ip.family === 6 && ip.value >> 32n === 0xffffn ? { family: 4, value: low } : ip;
}

export function sameIp(a: IpAddress, b: IpAddress): boolean {
  return a.family === b.family && a.value === b.value;
}

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((whole, part) => (whole << 8n) | BigInt(part), 0n);
}

function ipv6Value(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const high = ipv6Groups(head);
  const low = tail === undefined ? [] : ipv6Groups(tail);
  const zeros = Array.from({ length: 8 - high.length - low.length }, () => 0n);
  return [...high, ...zeros, ...low].reduce((whole, group) => (whole << 16n) | group, 0n);
}

function ipv6Groups(text: string): bigint[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [BigInt(`0x${part}`)];
    const embedded = ipv4Value(part);
    return [embedded >> 16n, embedded & 0xffffn];
  });
}

function renderIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, at) => Number((value >> BigInt(112 - 16 * at)) & 0xffffn));
  const run = longestZeroRun(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, at) => {
    if (group !== 0) start = at + 1;
    else if (at - start + 1 > best.length) best = { start, length: at - start + 1 };
  });
  return best;
}
