import type { Cidr } from '../cidr.ts';
import { addressAt, cidrSize } from '../cidr.ts';
import { type IpAddress, ipToBytes } from '../ip.ts';
import { AF_INET, AF_INET6 } from '../sockaddr.ts';
import { type Attribute, u32 } from './attribute.ts';
import { type NetlinkMessage, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from './message.ts';

/** linux/rtnetlink.h */
export const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;

/** linux/if_addr.h */
export const IFA = { ADDRESS: 1, LOCAL: 2, BROADCAST: 4, FLAGS: 8 } as const;
const IFA_F_NODAD = 0x02;

/** No duplicate address detection: the allocator made it unique, and a tentative IPv6 address cannot be bound for a second. */
export function newAddress(index: number, address: IpAddress, subnet: Cidr): NetlinkMessage {
  const value = ipToBytes(address);
  const attributes: Attribute[] = [
    { type: IFA.LOCAL, value },
    { type: IFA.ADDRESS, value },
    { type: IFA.FLAGS, value: u32(IFA_F_NODAD) },
  ];
  if (address.family === 4 && subnet.prefixLength < 31) {
    attributes.push({ type: IFA.BROADCAST, value: ipToBytes(addressAt(subnet, cidrSize(subnet) - 1n)) });
  }
  const header = addressHeader(address.family, subnet.prefixLength, index);
  return { type: RTM_NEWADDR, flags: NLM_F_CREATE | NLM_F_EXCL, header, attributes };
}

export function dumpAddresses(): NetlinkMessage {
  return { type: RTM_GETADDR, flags: NLM_F_DUMP, header: addressHeader(undefined, 0, 0), attributes: [] };
}

/** struct ifaddrmsg: family, prefix length, flags (IFA_FLAGS replaces them), scope (global), index. */
function addressHeader(family: 4 | 6 | undefined, prefixLength: number, index: number): Uint8Array {
  const header = Buffer.alloc(8);
  header[0] = family === undefined ? 0 : family === 4 ? AF_INET : AF_INET6;
  header[1] = prefixLength;
  header.writeUInt32LE(index, 4);
  return header;
}
