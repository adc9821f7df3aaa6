import type { Witness } from '../../core/probe.ts';
import { type IpAddress, parseIp } from '../plan/network/ip-address.ts';
import { readInside } from './calls.ts';
import type { Subject, Verdict } from './check.ts';
import { connectTo, indexOf, waysTo } from './inside-sockets.ts';
import { takeLinkCensus } from './link-census.ts';
import { ipsOf, parseListening, parseOwnAddresses } from './network-tables.ts';
import { isRefusal, routeOf, routesOf } from './outside-world.ts';
import { fail, inconclusive, pass } from './verdict.ts';

/** Ways to say "this machine" (RFC 6890, RFC 4291), which must mean the container. */
const loopbacks = ipsOf(['127.0.0.1', '127.9.8.7', '0.0.0.0', '::1', '::ffff:127.0.0.1']);
/** Programs of the host that are asked for, so many at a time; where it has none, the usual ports stand for them. */
const [mostPorts, portsAtOnce] = [512, 16];
const answerMs = 2000;
const usualPorts = [22, 80];
/** A host may have a bridge for each network of a container runtime. */
const mostAddresses = 512;
const [shownAddresses, shownPorts] = [4, 8];
/** That of all counts, and that of the interface (ip-sysctl.rst). */
const routeLocalnetOf = (name: string): string => `/proc/sys/net/ipv4/conf/${name}/route_localnet`;

export async function reachForHost(subject: Subject): Promise<Verdict> {
  const routes = routesOf(subject);
  const [addresses, own] = [addressesOf(subject.witness, true), addressesOf(subject.witness, false)];
  if (routes === undefined || addresses === undefined || own === undefined)
    return inconclusive("the host's /proc does not tell the addresses");
  const [links, there, loop, routed] = await Promise.all([
    takeLinkCensus(subject),
    reachAddresses(subject, addresses, own),
    tryLoopback(subject),
    routeLocalnets(subject),
  ]);
  const faults = [
    ...there.faults,
    ...links.flatMap(({ network, strangers }) =>
      strangers.map((stranger) => `on ${network}, ${stranger}, and is nobody of this scenario`),
    ),
    ...loop.faults,
    ...routed,
  ];
  if (faults.length > 0) return fail(...faults);
  const gaps = [...there.gaps, ...links.flatMap((link) => link.gaps), ...loop.gaps];
  if (gaps.length > 0) return inconclusive(...gaps);
  return pass(
    ...there.seen,
    ...links.map(({ network, members }) => `on ${network} answered ${members.join(', ')}, and nobody else`),
    ...loop.seen,
  );
}

async function routeLocalnets({ root, container }: Subject): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const name of ['all', ...container.networks.map(({ interfaceName }) => interfaceName)]) {
    const path = routeLocalnetOf(name);
    const read = await readInside(root, path);
    if (!('text' in read) || read.text.trim() !== '0') faults.push(`${path} is not 0`);
  }
  return faults;
}

interface Address {
  readonly text: string;
  readonly ip: IpAddress;
  /** Of link-local ones, which are something else on each link. */
  readonly link?: { readonly interfaceName: string; readonly scope: number };
}

interface Seen {
  readonly faults: readonly string[];
  readonly seen: readonly string[];
  /** What was left out. */
  readonly gaps: readonly string[];
}

/** What leads onto a link of its own is judged by who answered there; a scenario may have chosen a subnet that the host has, too. */
async function reachAddresses(
  subject: Subject,
  addresses: readonly string[],
  own: readonly string[],
): Promise<Seen> {
  const links = await Promise.all(
    subject.container.networks.map(async ({ interfaceName }) => ({
      interfaceName,
      scope: await indexOf(subject.root, interfaceName),
    })),
  );
  const isOwn = (text: string): boolean =>
    own.includes(text) || own.some((each) => mapped(each).includes(text));
  const all = [...addresses, ...addresses.flatMap(mapped)];
  const targets = all
    .slice(0, mostAddresses)
    .filter((text) => !isOwn(text))
    .flatMap((text) => ipsOf([text]))
    .flatMap((each): readonly Address[] =>
      isLinkLocal(each.ip)
        ? links.map((link) => ({ ...each, link, text: `${each.text}%${link.interfaceName}` }))
        : [each],
    );
  const ways = await waysTo(
    subject.root,
    targets.map(({ ip, link }) => ({ ip, scope: link?.scope ?? 0 })),
  );
  const routes = routesOf(subject) ?? [];
  const faults: string[] = [];
  const seen: string[] = [];
  targets.forEach((target, at) => {
    const way = ways[at] ?? '';
    const route = target.link === undefined ? routeOf(unmapped(target.ip), routes) : undefined;
    const interfaceName = target.link?.interfaceName ?? route?.interfaceName;
    const isOwnLink =
      links.some((link) => link.interfaceName === interfaceName) && route?.hasGateway !== true;
    if (isRefusal(way)) seen.push(`${target.text}: ${way}`);
    else if (isOwnLink) seen.push(`${target.text} would be on ${interfaceName}, where only members answer`);
    else faults.push(`there is a way to ${target.text}, an address of the host: ${interfaceName ?? way}`);
  });
  const some = `${seen.slice(0, shownAddresses).join(', ')}${seen.length > shownAddresses ? ', …' : ''}`;
  return {
    faults,
    seen: seen.length === 0 ? [] : [`none of the host's ${seen.length} addresses is reached: ${some}`],
    gaps:
      all.length > mostAddresses
        ? [`only ${mostAddresses} of the host's ${all.length} addresses were tried`]
        : [],
  };
}

const isLinkLocal = ({ version, value }: IpAddress): boolean => version === 6 && value >> 118n === 0x3fan;

const mapped = (text: string): readonly string[] => (text.includes(':') ? [] : [`::ffff:${text}`]);

function unmapped(ip: IpAddress): IpAddress {
  const isMapped = ip.version === 6 && ip.value >> 32n === 0xffffn;
  return isMapped ? { version: 4, value: ip.value & 0xffff_ffffn } : ip;
}

/** Of the host's namespace, or of the container's; without loopback. */
function addressesOf(witness: Witness, ofHost: boolean): readonly string[] | undefined {
  const read = (name: string): string | undefined => (ofHost ? witness.readSelf(name) : witness.read(name));
  const ipv4 = read('net/fib_trie');
  if (ipv4 === undefined) return undefined;
  return parseOwnAddresses(ipv4, read('net/if_inet6') ?? '').filter((text) => {
    const ip = parseIp(text);
    return ip !== undefined && !(ip.version === 4 ? ip.value >> 24n === 127n : ip.value === 1n);
  });
}

/** Ports at which the host listens: nobody may answer there but the container itself. */
async function tryLoopback({ root, witness, container, examination }: Subject): Promise<Seen> {
  const host = hostPorts.get(examination) ?? listeningPorts(witness);
  hostPorts.set(examination, host);
  const ports = host.length > 0 ? host.slice(0, mostPorts) : usualPorts;
  const targets = ports.flatMap((port) => loopbacks.map(({ text, ip }) => ({ text, ip, port })));
  const outcomes: string[] = [];
  const atOnce = portsAtOnce * loopbacks.length;
  for (let from = 0; from < targets.length; from += atOnce) {
    const some = targets.slice(from, from + atOnce);
    outcomes.push(...(await connectTo(root, some, { firstMs: 0, othersMs: 0, eachMs: answerMs })));
  }
  const isClosed = (outcome: string | undefined): boolean =>
    outcome === 'ECONNREFUSED' || (outcome !== undefined && isRefusal(outcome));
  const answered = targets.flatMap((target, at) =>
    isClosed(outcomes[at]) ? [] : [{ ...target, outcome: outcomes[at] }],
  );
  const inside = answered.length === 0 ? [] : (await container.listening()).map(({ port }) => port);
  const closed = ports.filter((port) => !answered.some((each) => each.port === port));
  return {
    faults: answered
      .filter(({ port }) => !inside.includes(port))
      .map(({ text, port, outcome }) => `connecting to ${text}, port ${port}, ended with ${outcome}`),
    seen: [
      `${loopbacks.map(({ text }) => text).join(', ')} lead to nothing at ports ${shortened(closed)}, ${host.length > 0 ? 'where the host listens' : 'though nothing listens on the host either'}`,
    ],
    gaps:
      host.length > mostPorts
        ? [`only ${mostPorts} of the ${host.length} ports at which the host listens were tried`]
        : [],
  };
}

/** Reading them takes the kernel milliseconds on a machine of many connections. */
const hostPorts = new WeakMap<Subject['examination'], readonly number[]>();

function listeningPorts(witness: Witness): readonly number[] {
  const sockets = ['net/tcp', 'net/tcp6'].flatMap((name) =>
    parseListening(witness.readSelf(name) ?? '', 'tcp'),
  );
  return [...new Set(sockets.map(({ port }) => port))];
}

const shortened = (ports: readonly number[]): string =>
  `${ports.slice(0, shownPorts).join(', ')}${ports.length > shownPorts ? `, … (${ports.length})` : ''}`;
