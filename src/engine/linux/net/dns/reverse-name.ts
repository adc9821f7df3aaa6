import { cidrContains, parseCidr } from '../cidr.ts';
import { type IpAddress, parseIp } from '../ip.ts';

/** The address a name below in-addr.arpa or ip6.arpa stands for (RFC 1035 3.5, RFC 3596 2.5); undefined if it is no such name. */
export function parseReverseName(name: string): IpAddress | undefined {
  const ipv4 = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name)?.[1];
  if (ipv4 !== undefined) return parseIp(ipv4.slice(0, -1).split('.').reverse().join('.'));
  const nibbles = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1];
  if (nibbles === undefined) return undefined;
  const hex = nibbles.replaceAll('.', '').split('').reverse().join('');
  return { family: 6, value: BigInt(`0x${hex}`) };
}

/** RFC 6303: who has a private address is nobody's business outside. */
export function isPrivate(ip: IpAddress): boolean {
  return privateRanges.some((range) => cidrContains(range, ip));
}

const privateRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::/127',
  'fc00::/7',
  'fe80::/10',
].flatMap((text) => parseCidr(text) ?? []);
