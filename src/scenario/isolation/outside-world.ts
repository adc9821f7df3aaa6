import type { IpAddress } from '../plan/network/ip-address.ts';
import type { Subject, Verdict } from './check.ts';
import { connectTo, waysTo } from './inside-sockets.ts';
import { ipsOf, parseRoutes4, parseRoutes6, type Route } from './network-tables.ts';
import { inconclusive, judged, notApplicable } from './verdict.ts';

/** Of documentation (RFC 5737, RFC 3849): the internet has nobody there. */
export const internet = ipsOf([
  '192.0.2.1',
  '198.51.100.1',
  '203.0.113.1',
  '2001:db8::1',
  '::ffff:192.0.2.1',
]);
/** Of AWS and most others; the second of AWS's containers. */
export const metadata = ipsOf([
  '169.254.169.254',
  '169.254.170.2',
  'fd00:ec2::254',
  '::ffff:169.254.169.254',
]);

/** What the kernel says when it knows no way, or has been told to refuse (ip(7), ip-route(8)). */
const refusals = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EACCES', 'EAFNOSUPPORT', 'EADDRNOTAVAIL']);
export const isRefusal = (outcome: string): boolean => refusals.has(outcome);

/** Whoever shares a network namespace has the networks of its owner. */
function hasEgress({ spec, siblings, networks }: Subject): boolean {
  const { network } = spec;
  const owner =
    network.kind === 'shared' ? siblings.find(({ name }) => name === network.container)?.spec : spec;
  const attachments = owner?.network.kind === 'attached' ? owner.network.attachments : [];
  return attachments.some((each) => networks.some(({ name, egress }) => egress && name === each.network));
}

export async function reachForInternet(subject: Subject): Promise<Verdict> {
  if (hasEgress(subject)) return notApplicable('`egress: true` was declared');
  const routes = routesOf(subject);
  if (routes === undefined) return inconclusive("the host's /proc does not tell its routes");
  const gateways = routes.filter(({ hasGateway }) => hasGateway);
  const reached = await reach(subject, internet, routes);
  return judged(
    [
      ...gateways.map(
        ({ interfaceName, version }) => `an IPv${version} route has a gateway on ${interfaceName}`,
      ),
      ...reached.faults,
    ],
    [
      ...reached.seen,
      routes.length === 0
        ? 'its routing tables are empty'
        : `its routing tables lead to the links of ${[...new Set(routes.map((each) => each.interfaceName))].join(', ')} only`,
    ],
  );
}

export async function reachForMetadata(subject: Subject): Promise<Verdict> {
  const routes = routesOf(subject);
  if (routes === undefined) return inconclusive("the host's /proc does not tell its routes");
  const { faults, seen } = await reach(subject, metadata, routes);
  return judged(faults, seen);
}

/** Its routing tables, from outside. */
export function routesOf({ witness }: Pick<Subject, 'witness'>): readonly Route[] | undefined {
  const ipv4 = witness.read('net/route');
  if (ipv4 === undefined) return undefined;
  return [...parseRoutes4(ipv4), ...parseRoutes6(witness.read('net/ipv6_route') ?? '')].filter(
    ({ interfaceName }) => interfaceName !== 'lo',
  );
}

interface Reached {
  readonly faults: readonly string[];
  readonly seen: readonly string[];
}

/** Where the kernel knows no way, it is told to connect, and refuses; where it knows one, that is the fault, and nothing is sent. */
async function reach(
  { root }: Subject,
  targets: readonly { readonly text: string; readonly ip: IpAddress }[],
  routes: readonly Route[],
): Promise<Reached> {
  const ways = await waysTo(root, targets);
  const closed = targets.filter((_, at) => isRefusal(ways[at] ?? ''));
  const outcomes = await connectTo(
    root,
    closed.map(({ ip }) => ({ ip, port: 80 })),
    { firstMs: 0, othersMs: 0 },
  );
  return {
    faults: [
      ...targets.flatMap(({ text, ip }, at) =>
        isRefusal(ways[at] ?? '')
          ? []
          : [`there is a way to ${text}: ${routeOf(ip, routes)?.interfaceName ?? ways[at]}`],
      ),
      ...closed.flatMap(({ text }, at) =>
        isRefusal(outcomes[at] ?? '') ? [] : [`connecting to ${text} ended with ${outcomes[at]}`],
      ),
    ],
    seen: closed.map(({ text }, at) => `connecting to ${text}: ${outcomes[at]}`),
  };
}

/** The most specific one. */
export function routeOf({ version, value }: IpAddress, routes: readonly Route[]): Route | undefined {
  return routes
    .filter((each) => each.version === version && each.first <= value && value <= each.last)
    .toSorted((a, b) => Number(a.last - a.first - (b.last - b.first)))[0];
}
