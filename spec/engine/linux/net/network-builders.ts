import { type Cidr, parseCidr, parseInterfaceCidr } from '../../../../src/engine/linux/net/cidr.ts';
import { type IpAddress, parseIp } from '../../../../src/engine/linux/net/ip.ts';
import type { AddressInSubnet, Attachment } from '../../../../src/engine/linux/net/plan-attach.ts';

export function ip(text: string): IpAddress {
  return present(parseIp(text), text);
}

export function cidr(text: string): Cidr {
  return present(parseCidr(text), text);
}

/** `10.0.0.2/24` */
export function member(text: string): AddressInSubnet {
  const { address, cidr: subnet } = present(parseInterfaceCidr(text), text);
  return { address, subnet };
}

export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} was expected to be there`);
  return value;
}

export interface Place {
  readonly port: number;
  readonly interfaceNumber: number;
  readonly ipv4: string;
  readonly ipv6: string;
}

export function attachment(
  network: string,
  networkSocket: number,
  { ipv4, ipv6, ...place }: Place,
): Attachment {
  return { network, networkSocket, ...place, ipv4: member(ipv4), ipv6: member(ipv6) };
}
