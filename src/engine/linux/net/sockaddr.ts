import { type IpAddress, ipFromBytes, ipToBytes } from './ip.ts';

/** Of bits/socket.h and linux/netlink.h. */
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;

export interface SocketAddress {
  readonly ip: IpAddress;
  readonly port: number;
}

/** struct sockaddr_in or sockaddr_in6: family in host order (little-endian), port and address in network order. */
export function encodeSockaddr({ ip, port }: SocketAddress): Uint8Array {
  const bytes = Buffer.alloc(ip.family === 4 ? 16 : 28);
  bytes.writeUInt16LE(ip.family === 4 ? AF_INET : AF_INET6, 0);
  bytes.writeUInt16BE(port, 2);
  // sockaddr_in6 has sin6_flowinfo before the address and sin6_scope_id after it: both 0.
  bytes.set(ipToBytes(ip), ip.family === 4 ? 4 : 8);
  return bytes;
}

/** Undefined for families other than IPv4 and IPv6, and for bytes that are too few. IPv4-mapped IPv6 stays IPv6. */
export function parseSockaddr(bytes: Uint8Array): SocketAddress | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < 16) return undefined;
  const family = view.readUInt16LE(0);
  const port = view.readUInt16BE(2);
  if (family !== AF_INET && (family !== AF_INET6 || view.length < 24)) return undefined;
  const ip = ipFromBytes(family === AF_INET ? view.subarray(4, 8) : view.subarray(8, 24));
  return ip === undefined ? undefined : { ip, port };
}
