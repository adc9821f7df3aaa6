import type { AttachedNetwork } from '../../core/engine.ts';
import { type IpAddress, parseIp } from '../plan/network/ip-address.ts';
import { call } from './calls.ts';
import type { Subject } from './check.ts';
import { connectTo, indexOf, inet, parseSocketAddress, socketAddress, socketType } from './inside-sockets.ts';
import { parseRoutes4, type Route, renderIp } from './network-tables.ts';

/** Who answers on one of a service's networks. */
export interface LinkCensus {
  readonly network: string;
  /** Members of the scenario, with how they answered. */
  readonly members: readonly string[];
  /** Everybody else. */
  readonly strangers: readonly string[];
}

/** Anybody on the link has long answered then; the first is waited for longer. */
const wait = { firstMs: 1000, othersMs: 15 };
/** ICMPv6: protocol 58, echo request 128 (RFC 4443). */
const [icmpv6, echoRequest] = [58, 128];
/** RFC 4291, 2.7.1: all nodes of the link. */
const allNodes = parseIp('ff02::1');
const mostAnswers = 64;
const anyPort = 9;

const known = new WeakMap<Subject['examination'], Map<string, Promise<readonly LinkCensus[]>>>();

/** All checks of one examination are to see the same. */
export function takeLinkCensus(subject: Subject): Promise<readonly LinkCensus[]> {
  const byService = known.get(subject.examination) ?? new Map<string, Promise<readonly LinkCensus[]>>();
  const taken = byService.get(subject.name) ?? takeAll(subject);
  known.set(subject.examination, byService.set(subject.name, taken));
  return taken;
}

async function takeAll(subject: Subject): Promise<readonly LinkCensus[]> {
  const censuses: LinkCensus[] = [];
  for (const attached of subject.container.networks) censuses.push(await takeOne(subject, attached));
  return censuses;
}

async function takeOne(subject: Subject, own: AttachedNetwork): Promise<LinkCensus> {
  const others = membersOf(subject, own.network);
  const answers = [...(await askAll6(subject, own, others)), ...(await askCandidates4(subject, own, others))];
  const names = new Map(others.map(({ name }) => [name, answers.filter((each) => each.member === name)]));
  return {
    network: own.network,
    members: [...names].flatMap(([name, said]) =>
      said.length === 0 ? [] : [`${name} (${said.map(({ how }) => how).join(', ')})`],
    ),
    strangers: answers.flatMap(({ member, how }) => (member === undefined ? [how] : [])),
  };
}

interface Answer {
  /** Undefined: nobody of this scenario. */
  readonly member: string | undefined;
  readonly how: string;
}

interface Member extends AttachedNetwork {
  readonly name: string;
}

/** The other containers on it. */
function membersOf({ siblings, guests }: Subject, network: string): readonly Member[] {
  return [...siblings, ...guests].flatMap(({ name, container }) =>
    container.networks.flatMap((each) => (each.network === network ? [{ ...each, name }] : [])),
  );
}

/** An echo request to all nodes: who has IPv6 answers, with an address of its own. */
async function askAll6(
  { root }: Subject,
  own: AttachedNetwork,
  others: readonly Member[],
): Promise<readonly Answer[]> {
  if (own.ipv6 === undefined || allNodes === undefined) return [];
  const index = await indexOf(root, own.interfaceName);
  const address = socketAddress({ ip: allNodes, port: 0, scope: index });
  const echo = Buffer.from([echoRequest, 0, 0, 0, 0, 0, 0, 1]);
  const answer = { out: 1280 };
  const [socket, sent, , ...received] = await root.calls([
    call('socket', inet.ipv6, socketType.datagram | socketType.nonBlocking, icmpv6),
    call('sendto', { result: 0 }, echo, echo.length, 0, address, address.length),
    call('nanosleep', timeOf(wait.othersMs), 0),
    ...Array.from({ length: mostAnswers }, () =>
      call('recvfrom', { result: 0 }, answer, answer.out, 0, { out: 28 }, Buffer.from([28, 0, 0, 0])),
    ),
    call('close', { result: 0 }),
  ]);
  if (socket?.error !== undefined || sent?.error !== undefined) return [];
  const counts = new Map<bigint, number>();
  for (const { value, out } of received.slice(0, -1)) {
    const ip = value < 0 ? undefined : parseSocketAddress(out[1])?.ip;
    if (ip !== undefined) counts.set(ip.value, (counts.get(ip.value) ?? 0) + 1);
  }
  counts.delete(parseIp(own.ipv6)?.value ?? -1n);
  return [...counts].flatMap(([value, count]) => {
    const text = renderIp({ version: 6, value });
    const member = others.find(({ ipv6 }) => parseIp(ipv6 ?? '')?.value === value)?.name;
    const once = { member, how: member === undefined ? `${text} answers an echo request` : `echo ${text}` };
    // Two of one address: one of them is somebody else.
    return count === 1 || member === undefined
      ? [once]
      : [once, { member: undefined, how: `${text} answers an echo request ${count} times` }];
  });
}

/** Where a runtime would put itself, and the members: IPv4 has no address of all nodes that would answer. */
async function askCandidates4(
  { root, witness }: Subject,
  own: AttachedNetwork,
  others: readonly Member[],
): Promise<readonly Answer[]> {
  const subnet = parseRoutes4(witness.read('net/route') ?? '').find(
    ({ interfaceName, hasGateway }) => interfaceName === own.interfaceName && !hasGateway,
  );
  if (subnet === undefined) return [];
  const mine = parseIp(own.ipv4 ?? '')?.value;
  const members = others.flatMap(({ name, ipv4 }) => {
    const ip = parseIp(ipv4 ?? '');
    return ip === undefined ? [] : [{ name, ip }];
  });
  const isMember = (value: bigint): boolean => members.some(({ ip }) => ip.value === value);
  const strangers = candidatesOf(subnet).filter((value) => value !== mine && !isMember(value));
  const targets: readonly { readonly name?: string; readonly ip: IpAddress }[] = [
    ...members.slice(0, mostAnswers),
    ...strangers.map((value): { readonly ip: IpAddress } => ({ ip: { version: 4, value } })),
  ];
  const outcomes = await connectTo(
    root,
    targets.map(({ ip }) => ({ ip, port: anyPort })),
    wait,
  );
  const resolved = resolvedAddresses(witness.read('net/arp') ?? '', own.interfaceName);
  return targets.flatMap(({ name, ip }, at) => {
    const text = renderIp(ip);
    const outcome = outcomes[at] ?? 'no answer';
    const isThere = outcome === 'success' || outcome === 'ECONNREFUSED' || resolved.has(text);
    if (!isThere) return [];
    return [
      {
        member: name,
        how:
          name === undefined
            ? `${text} answers ${outcome === 'no answer' ? 'ARP' : `(${outcome})`}`
            : `ARP ${text}`,
      },
    ];
  });
}

/** The first and the last two of a subnet, without its own address and that of all. */
function candidatesOf({ first, last }: Route): readonly bigint[] {
  const all = [first + 1n, first + 2n, last - 2n, last - 1n];
  return [...new Set(all)].filter((value) => value > first && value < last);
}

/** /proc/PID/net/arp (proc(5)): flag 2 says that somebody answered. */
function resolvedAddresses(text: string, interfaceName: string): ReadonlySet<string> {
  return new Set(
    text
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[5] === interfaceName && (Number(fields[2]) & 2) !== 0)
      .flatMap(([address]) => address ?? []),
  );
}

function timeOf(timeMs: number): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64LE(BigInt(timeMs * 1e6), 8);
  return bytes;
}
