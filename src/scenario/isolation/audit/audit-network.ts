import type { IpAddress } from '../../plan/network/ip-address.ts';
import type { Verdict } from '../check.ts';
import { waysTo } from '../inside-sockets.ts';
import { internet, isRefusal, metadata, routeOf } from '../outside-world.ts';
import { pass, unsupported } from '../verdict.ts';
import type { Audit, Audited } from './audit.ts';
import { reachForHost } from './audit-host-reach.ts';
import { closed, notApart } from './host-namespaces.ts';
import { itsRoutes } from './its-routes.ts';

const looked =
  "the host's /proc/PID/net/route and ipv6_route, and from inside whether the kernel knows a way; nothing is sent";

export const networkAudits: readonly Audit[] = [
  {
    check: 'net.no-host',
    claim: 'No address of the host answers.',
    looked:
      "from inside, connections are tried to every address of the runner's own network but link-local ones, at ports where the host listens and at one where it does not: who refuses has answered. Only where the way leads to a bridge that has no port but to namespaces and virtual machines of this host; other ways are not tried",
    against: 'no answer, where the same connection is answered from outside',
    look: reachForHost,
  },
  {
    check: 'net.no-internet',
    claim: 'There is no way out of its own networks.',
    looked,
    against: 'no gateway at all, and no way to addresses of documentation',
    look: (audited) => lookForWayOut(audited, internet),
  },
  {
    check: 'net.no-metadata',
    claim: 'There is no way to metadata services of clouds (169.254.169.254, fd00:ec2::254).',
    looked,
    against: 'no gateway at all, and no way to these addresses',
    look: (audited) => lookForWayOut(audited, metadata),
  },
];

async function lookForWayOut(
  { witness, look }: Audited,
  targets: readonly { readonly text: string; readonly ip: IpAddress }[],
): Promise<Verdict> {
  const together = notApart(witness, 'net', 'it has the network of the host');
  if (together !== undefined) return together;
  const routes = itsRoutes(witness);
  if (routes === undefined) return closed('net/route');
  const gateways = routes.filter(({ hasGateway }) => hasGateway);
  const inside = await look('root');
  // Other routing tables than the main one are known to the kernel alone (ip-rule(8)).
  const ways = 'refused' in inside ? [] : await waysTo(inside.probe, targets);
  const found = [
    ...gateways.map(
      ({ interfaceName, version }) => `an IPv${version} route has a gateway on ${interfaceName}`,
    ),
    ...targets.flatMap(({ text, ip }, at) => {
      const route = routeOf(ip, routes);
      if (route !== undefined) return [`there is a way to ${text}: ${route.interfaceName}`];
      const way = ways[at];
      return way === undefined || isRefusal(way) ? [] : [`there is a way to ${text} (${way})`];
    }),
  ];
  return found.length > 0
    ? unsupported(...new Set(found), 'what lies beyond is not tried')
    : pass('it has routes to its own networks, if any, and no other');
}
