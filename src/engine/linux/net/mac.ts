import { type IpAddress, ipToBytes } from './ip.ts';

/** Of the bridge itself: set, because a bridge otherwise takes its lowest port's and changes it as ports come and go. */
export const bridgeMac = '02:4d:46:59:00:01';

/**
 * As Docker: locally administered `02:42` and the IPv4 address. Equal addresses mean equal hardware addresses, so captures and
 * ARP caches are the same from run to run. A member without IPv4 gets `02:46` and the low end of its IPv6 address.
 */
export function macOf(ip: IpAddress): string {
  return renderMac([0x02, ip.family === 4 ? 0x42 : 0x46, ...ipToBytes(ip).subarray(-4)]);
}

/** The bridge's end of the same veth: `fe`, as libvirt does, sorts last and is locally administered too. */
export function portMacOf(memberMac: string): string {
  return `fe${memberMac.slice(2)}`;
}

/** Undefined unless six hexadecimal octets of a single station (not multicast, not all zero). */
export function parseMac(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i.test(text)) return undefined;
  const bytes = Uint8Array.from(text.split(/[:-]/), (octet) => Number.parseInt(octet, 16));
  const isMulticast = ((bytes[0] ?? 0) & 1) === 1;
  return isMulticast || bytes.every((octet) => octet === 0) ? undefined : bytes;
}

/** Of one that was checked before. */
export function macBytes(mac: string): Uint8Array {
  const bytes = parseMac(mac);
  if (bytes === undefined) throw new RangeError(`${mac} is no hardware address`);
  return bytes;
}

export function renderMac(octets: Iterable<number>): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(':');
}
