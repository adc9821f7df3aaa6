import { familyBits, type IpAddress, parseIp, renderIp } from './ip.ts';

/** A range of addresses; `base` has no host bits set. */
export interface Cidr {
  readonly base: IpAddress;
  readonly prefixLength: number;
}

/** Undefined unless `text` is `address/length` with no host bits set. */
export function parseCidr(text: string): Cidr | undefined {
  const parsed = parseInterfaceCidr(text);
  return parsed === undefined || parsed.address.value !== parsed.cidr.base.value ? undefined : parsed.cidr;
}

/** `192.0.2.7/24`: an address and the range it lies in, as `ip addr` and `os.networkInterfaces()` write them. */
export function parseInterfaceCidr(
  text: string,
): { readonly address: IpAddress; readonly cidr: Cidr } | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = parseIp(match?.[1] ?? '');
  const prefixLength = Number(match?.[2]);
  if (address === undefined || prefixLength > familyBits[address.family]) return undefined;
  return { address, cidr: cidrOf(address, prefixLength) };
}

export function cidrOf(address: IpAddress, prefixLength: number): Cidr {
  const hostBits = BigInt(familyBits[address.family] - prefixLength);
  return { base: { family: address.family, value: (address.value >> hostBits) << hostBits }, prefixLength };
}

export function renderCidr(cidr: Cidr): string {
  return `${renderIp(cidr.base)}/${cidr.prefixLength}`;
}

/** The number of addresses. */
export function cidrSize(cidr: Cidr): bigint {
  return 1n << BigInt(familyBits[cidr.base.family] - cidr.prefixLength);
}

export function cidrContains(cidr: Cidr, ip: IpAddress): boolean {
  const offset = ip.value - cidr.base.value;
  return ip.family === cidr.base.family && offset >= 0n && offset < cidrSize(cidr);
}

/** Two ranges either nest or are apart, so it is enough to look at where they begin. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, b.base) || cidrContains(b, a.base);
}

/** The address at `offset` from the base. */
export function addressAt(cidr: Cidr, offset: bigint): IpAddress {
  return { family: cidr.base.family, value: cidr.base.value + offset };
}
