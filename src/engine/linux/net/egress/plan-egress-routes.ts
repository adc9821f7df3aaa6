import { MayflyError } from '../../../../core/mayfly-error.ts';
import { cloneFlags } from '../../abi/clone-flags.ts';
import type { Slot, Tape } from '../../tape/op.ts';
import { type Cidr, cidrOf, cidrsOverlap, parseCidr } from '../cidr.ts';
import { familyBits, type IpAddress } from '../ip.ts';
import { encodeMessages } from '../netlink/message.ts';
import { newRoute } from '../netlink/route.ts';
import { openNetlink } from '../open-netlink.ts';

/** Where cloud hosts answer with credentials: link-local (RFC 3927), and the IPv6 address some use. */
const metadata: readonly Cidr[] = ['169.254.0.0/16', 'fd00:ec2::254/128'].flatMap(
  (text) => parseCidr(text) ?? [],
);

/** Addresses of the host looked at; a host with more has a container runtime's, one for each bridge. */
const mostAddresses = 1024;

/**
 * What egress does not open: metadata services and the addresses of the host, which pasta would reach as any program of the host does.
 * To be performed before pasta is started. The address pasta gives the container is its own and wins (table `local`).
 */
export function planEgressRoutes(
  container: Slot,
  scratchSocket: Slot,
  hostAddresses: readonly IpAddress[],
  ipv6: boolean,
): Tape {
  if (hostAddresses.length > mostAddresses) {
    throw new MayflyError(
      'NETWORK_FAILED',
      `this host has ${hostAddresses.length} addresses; egress keeps at most ${mostAddresses} of them unreachable`,
      { hint: 'run where the host has fewer, or leave `egress: true` out' },
    );
  }
  const hosts = hostAddresses.map((address) => cidrOf(address, familyBits[address.family]));
  const refused = [...metadata, ...distinct(hosts)].filter(({ base }) => ipv6 || base.family === 4);
  const messages = encodeMessages(
    refused.map((destination) => newRoute({ kind: 'unreachable', destination })),
  );
  return [
    { kind: 'setns', slot: container, flags: cloneFlags.CLONE_NEWNET },
    openNetlink('route', scratchSocket),
    { kind: 'netlink', slot: scratchSocket, messages, reply: 0 },
    { kind: 'close', slot: scratchSocket },
  ];
}

/** The kernel refuses a route it has (EEXIST): each once, and none that `metadata` covers. */
function distinct(hosts: readonly Cidr[]): readonly Cidr[] {
  return hosts.filter(
    (host, at) =>
      !metadata.some((range) => cidrsOverlap(range, host)) &&
      hosts.findIndex((other) => cidrsOverlap(other, host)) === at,
  );
}
