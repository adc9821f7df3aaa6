import { type Cidr, cidrOf } from '../cidr.ts';
import { type IpAddress, ipFromBytes } from '../ip.ts';
import { renderMac } from '../mac.ts';
import { AF_INET, AF_INET6 } from '../sockaddr.ts';
import { IFA, RTM_NEWADDR } from './address.ts';
import { parseAttributes, readCString, readU32 } from './attribute.ts';
import { IFF_UP, IFLA, RTM_NEWLINK } from './link.ts';
import { parseMessages } from './message.ts';
import { RTA, RTM_NEWROUTE } from './route.ts';

export interface LinkFacts {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  /** `veth`, `bridge` …; undefined for the loopback and for hardware. */
  readonly type?: string;
  readonly mac?: string;
  readonly mtu?: number;
  readonly master?: number;
}

export interface AddressFacts {
  readonly index: number;
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** linux/if_addr.h IFA_F_*. */
  readonly flags: number;
}

export interface RouteFacts {
  /** A prefix of length 0 is the default route. */
  readonly destination: Cidr;
  readonly gateway?: IpAddress;
  readonly index?: number;
  readonly table: number;
}

/** The answer to `dumpLinks`. */
export function parseLinks(reply: Uint8Array): readonly LinkFacts[] {
  return payloads(reply, RTM_NEWLINK, 16).map((payload) => {
    const attributes = parseAttributes(payload.subarray(16));
    const info = parseAttributes(attributes.get(IFLA.LINKINFO) ?? new Uint8Array());
    const mac = attributes.get(IFLA.ADDRESS);
    return {
      index: payload.readInt32LE(4),
      name: readCString(attributes.get(IFLA.IFNAME)) ?? '',
      up: (payload.readUInt32LE(8) & IFF_UP) !== 0,
      ...given('type', readCString(info.get(IFLA.INFO_KIND))),
      ...given('mac', mac === undefined ? undefined : renderMac(mac)),
      ...given('mtu', readU32(attributes.get(IFLA.MTU))),
      ...given('master', readU32(attributes.get(IFLA.MASTER))),
    };
  });
}

/** The answer to `dumpAddresses`. */
export function parseAddresses(reply: Uint8Array): readonly AddressFacts[] {
  return payloads(reply, RTM_NEWADDR, 8).flatMap((payload) => {
    const attributes = parseAttributes(payload.subarray(8));
    // IFA_LOCAL is the interface's own address on IPv4; IPv6 has it for point-to-point links only.
    const address = ipFromBytes(attributes.get(IFA.LOCAL) ?? attributes.get(IFA.ADDRESS) ?? new Uint8Array());
    if (address === undefined) return [];
    const flags = readU32(attributes.get(IFA.FLAGS)) ?? payload.readUInt8(2);
    return [{ index: payload.readUInt32LE(4), address, prefixLength: payload.readUInt8(1), flags }];
  });
}

/** The answer to `dumpRoutes`: IPv4 and IPv6 routes of every table. */
export function parseRoutes(reply: Uint8Array): readonly RouteFacts[] {
  return payloads(reply, RTM_NEWROUTE, 12).flatMap((payload) => {
    const family = payload.readUInt8(0);
    if (family !== AF_INET && family !== AF_INET6) return [];
    const attributes = parseAttributes(payload.subarray(12));
    const base = ipFromBytes(attributes.get(RTA.DST) ?? new Uint8Array(family === AF_INET ? 4 : 16));
    if (base === undefined) return [];
    return [
      {
        destination: cidrOf(base, payload.readUInt8(1)),
        ...given('gateway', ipFromBytes(attributes.get(RTA.GATEWAY) ?? new Uint8Array())),
        ...given('index', readU32(attributes.get(RTA.OIF))),
        table: readU32(attributes.get(RTA.TABLE)) ?? payload.readUInt8(4),
      },
    ];
  });
}

function payloads(reply: Uint8Array, type: number, headerBytes: number): readonly Buffer[] {
  return parseMessages(reply)
    .filter((message) => message.type === type && message.payload.length >= headerBytes)
    .map(({ payload }) => Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength));
}

/** An optional property is left out, not undefined (exactOptionalPropertyTypes). */
function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const result: { [P in K]?: V } = {};
  if (value !== undefined) result[key] = value;
  return result;
}
