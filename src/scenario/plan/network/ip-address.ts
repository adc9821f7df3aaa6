import { isIPv4, isIPv6 } from 'node:net';

export interface IpAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** An address without zone and prefix; undefined if it is none. */
export function parseIp(text: string): IpAddress | undefined {
  if (isIPv4(text)) return { version: 4, value: toBigInt(text.split('.').map(Number), 8n) };
  if (!isIPv6(text) || text.includes('%')) return undefined;
  return { version: 6, value: toBigInt(groupsOf(text), 16n) };
}

/** 127.0.0.0/8 and ::1: what no other machine can reach. */
export function isLoopback(address: IpAddress): boolean {
  return address.version === 4 ? address.value >> 24n === 127n : address.value === 1n;
}

function toBigInt(digits: readonly number[], bits: bigint): bigint {
  return digits.reduce((sum, digit) => (sum << bits) | BigInt(digit), 0n);
}

/** The eight groups of an IPv6 address, `::` filled up, a dotted tail as two groups (RFC 4291, 2.2). */
function groupsOf(text: string): readonly number[] {
  const [head = '', tail] = text.split('::');
  const front = groupsOfPart(head);
  if (tail === undefined) return front;
  const back = groupsOfPart(tail);
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => 0);
  return [...front, ...zeros, ...back];
}

function groupsOfPart(part: string): readonly number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
