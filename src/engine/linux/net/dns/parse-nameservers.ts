import { parseIp } from '../ip.ts';

/** glibc asks at most three (resolv.conf(5) MAXNS). */
const mostServers = 3;

/** Addresses of the servers that the host itself asks, from the text of its /etc/resolv.conf. */
export function parseNameservers(text: string): readonly string[] {
  const addresses = text.split('\n').flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
  return addresses.filter((address) => parseIp(address) !== undefined).slice(0, mostServers);
}
