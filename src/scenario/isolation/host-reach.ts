import type { Witness } from '../../core/probe.ts';
import { type IpAddress, parseIp } from '../plan/network/ip-address.ts';
import { readInside } from './calls.ts';
import type { Subject, Verdict } from './check.ts';
import { indexOf, waysTo } from './inside-sockets.ts';
import { takeLinkCensus } from './link-census.ts';
import { type Seen, tryLoopback } from './loopback-reach.ts';
import { ipsOf, parseOwnAddresses } from './network-tables.ts';
import { isRefusal, routeOf, routesOf } from './outside-world.ts';
import { fail, inconclusive, pass } from './verdict.ts';

/** A host may have a bridge for each network of a container runtime. */
const mostAddresses = 512;
const shownAddresses = 4;
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
