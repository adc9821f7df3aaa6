import type { Tape } from '../tape/op.ts';
import { writeSysctl } from './write-sysctl.ts';

export interface SysctlChoice {
  readonly ipv6: boolean;
  /** The container's user namespace maps one group only (single-id mode): a larger range is EINVAL. */
  readonly singleId: boolean;
  /** The container's own `net.*` settings, written last; others are ignored here. */
  readonly declared: Readonly<Record<string, string>>;
}

/**
 * What a container's network namespace may do. It inherits the host's IPv4 settings (`ip_forward=1` on a Docker host), and
 * a container on two networks must not route between them. To be written before it has interfaces.
 */
export function planContainerSysctls({ ipv6, singleId, declared }: SysctlChoice): Tape {
  const settings = [
    ...ipv4Settings,
    // `ping` without CAP_NET_RAW: every group may send echo requests (icmp(7)); 65535 is the last group that is mapped.
    ['net.ipv4.ping_group_range', singleId ? '0 0' : '0 65535'] as const,
    ...(ipv6 ? ipv6Settings : []),
    ...Object.entries(declared).filter(([name]) => /^net[./]/.test(name)),
  ];
  return settings.map(([name, value]) => writeSysctl(name, value));
}

/** Kernel documentation, networking/ip-sysctl: rp_filter and arp_ignore take the larger of `all` and the interface's own. */
const ipv4Settings: readonly (readonly [name: string, value: string])[] = [
  // First: writing it resets other settings to those of a host or a router (RFC 1122, RFC 1812).
  ['net.ipv4.ip_forward', '0'],
  ['net.ipv4.conf.all.rp_filter', '1'],
  ['net.ipv4.conf.all.arp_ignore', '1'],
  // A host takes a redirect if `all` or the interface allows it.
  ['net.ipv4.conf.all.accept_redirects', '0'],
  ['net.ipv4.conf.default.accept_redirects', '0'],
  // As Docker: a service may listen on port 80 as any user.
  ['net.ipv4.ip_unprivileged_port_start', '0'],
];

/** Per interface only: `all` has no say, interfaces to come take `default`. */
const ipv6Settings: readonly (readonly [name: string, value: string])[] = [
  ['net.ipv6.conf.all.forwarding', '0'],
  ['net.ipv6.conf.default.accept_ra', '0'],
  ['net.ipv6.conf.default.accept_redirects', '0'],
  // IN6_ADDR_GEN_MODE_NONE: no link-local address; interfaces have exactly the addresses they are given.
  ['net.ipv6.conf.default.addr_gen_mode', '1'],
];
