import type { Slot, Tape } from '../../tape/op.ts';
import { setLink } from '../netlink/link.ts';
import { encodeMessages, NLM_F_CREATE, NLM_F_REPLACE } from '../netlink/message.ts';
import { newRoute } from '../netlink/route.ts';
import { writeSysctl } from '../write-sysctl.ts';

/**
 * Hands bridged IPv4 and IPv6 packets to the family `inet`, which has connection tracking and can answer; the family `bridge` has
 * neither on every kernel. Performed in the network's namespace. ENOENT where the kernel has no br_netfilter, or did not load it.
 */
export const planBridgeCalls = (): Tape => [
  writeSysctl('net.bridge.bridge-nf-call-iptables', 1),
  writeSysctl('net.bridge.bridge-nf-call-ip6tables', 1),
];

const loopbackIndex = 1;

/**
 * Lets that namespace answer with resets. The kernel asks for a route before it answers, though it then sends the answer out of the
 * port that the packet came from (net/ipv4/netfilter/nf_reject_ipv4.c nf_send_reset); the namespace has none. One to its own
 * loopback serves, and leads nobody anywhere: forwarding is off. May be performed again.
 */
export function planResets(routeSocket: Slot, ipv6: boolean): Tape {
  const routes = ([4, 6] as const)
    .filter((family) => family === 4 || ipv6)
    .map((family) => {
      const destination = { base: { family, value: 0n }, prefixLength: 0 };
      return newRoute({ kind: 'to', destination, index: loopbackIndex });
    });
  const messages = encodeMessages([
    setLink(loopbackIndex, { up: true }),
    ...routes.map((route) => ({ ...route, flags: NLM_F_CREATE | NLM_F_REPLACE })),
  ]);
  return [
    ...planBridgeCalls(),
    ...(ipv6 ? [writeSysctl('net.ipv6.conf.lo.disable_ipv6', 0)] : []),
    { kind: 'netlink', slot: routeSocket, messages, reply: 0 },
  ];
}

/**
 * Undoes it; the routes go with the loopback. What bridge calls are set to stays: it is what a namespace has from its beginning
 * (net/bridge/br_netfilter_hooks.c br_netfilter_sysctl_default).
 */
export function planNoResets(routeSocket: Slot, ipv6: boolean): Tape {
  const messages = encodeMessages([setLink(loopbackIndex, { up: false })]);
  return [
    { kind: 'netlink', slot: routeSocket, messages, reply: 0 },
    ...(ipv6 ? [writeSysctl('net.ipv6.conf.lo.disable_ipv6', 1)] : []),
  ];
}
