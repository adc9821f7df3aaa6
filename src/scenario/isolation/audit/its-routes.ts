import type { ForeignWitness } from '../../../core/foreign-process.ts';
import { parseRoutes4, parseRoutes6, type Route } from '../network-tables.ts';

/** Its main routing tables by the host's /proc, without loopback; undefined where one of them is not told. */
export function itsRoutes(witness: ForeignWitness): readonly Route[] | undefined {
  const ipv4 = witness.read('net/route');
  // A kernel without IPv6 has no such file for anyone.
  const ipv6 =
    witness.read('net/ipv6_route') ?? (witness.readSelf('net/ipv6_route') === undefined ? '' : undefined);
  if (ipv4 === undefined || ipv6 === undefined) return undefined;
  return [...parseRoutes4(ipv4), ...parseRoutes6(ipv6)].filter(({ interfaceName }) => interfaceName !== 'lo');
}
