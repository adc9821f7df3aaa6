import { parseIp } from '../ip.ts';
import type { SocketAddress } from '../sockaddr.ts';

/**
 * Where every container finds Mayfly's name server: the address Docker uses, because nginx configurations have it written in.
 * A service that binds port 53 of every address itself meets EADDRINUSE: a known limit, see docs.
 */
export const dnsAddress = '127.0.0.11';
export const dnsPort = 53;

export function dnsSocketAddress(): SocketAddress {
  const ip = parseIp(dnsAddress);
  if (ip === undefined) throw new RangeError(dnsAddress);
  return { ip, port: dnsPort };
}
