import type { AttachedNetwork } from '../../core/engine.ts';
import type { CallResult, Probe, Witness } from '../../core/probe.ts';
import { type IpAddress, parseIp } from '../plan/network/ip-address.ts';
import { call } from './calls.ts';
import type { Subject } from './check.ts';
import { connectTo, indexOf, inet, parseSocketAddress, socketAddress, socketType } from './inside-sockets.ts';
import { parseOwnAddresses, parseRoutes4, type Route, renderIp } from './network-tables.ts';
import { oncePerExamination } from './once-per-examination.ts';

/** Who answers on one of a service's networks. */
export interface LinkCensus {
  readonly network: string;
  /** Members of the scenario, with how they answered. */
  readonly members: readonly string[];
  /** Everybody else. */
  readonly strangers: readonly string[];
  /** Why it does not show that there are no others. */
  readonly gaps: readonly string[];
}

/** Anybody on the link has long answered then; the first is waited for longer. */
const wait = { firstMs: 1000, othersMs: 15 };
/** The kernel takes down a network namespace some time after its last process: a twin of an earlier step may answer until then. */
const [patienceMs, againMs] = [5000, 200];
/** ICMPv6: protocol 58, echo request 128 (RFC 4443). */
const [icmpv6, echoRequest] = [58, 128];
/** RFC 4291, 2.7.1: all nodes of the link. */
const allNodes = parseIp('ff02::1');
const mostAnswers = 64;
/** Each takes a place in the kernel's table of neighbours. */
const mostCandidates = 64;
const anyPort = 9;

/** All checks of one examination are to see the same. */
export const takeLinkCensus = oncePerExamination(({ name }) => name, takeAll);

async function takeAll(subject: Subject): Promise<readonly LinkCensus[]> {
  const { clock, signal, container } = subject;
  const censuses: LinkCensus[] = [];
  const untilMs = clock.nowMs() + patienceMs;
  for (const attached of container.networks) {
    let census = await takeOne(subject, attached);
    while (isOpen(census) && clock.nowMs() < untilMs) {
      await clock.sleep(againMs, signal);
      census = await takeOne(subject, attached);
    }
    censuses.push(census);
  }
  return censuses;
}

const isOpen = ({ strangers, gaps }: LinkCensus): boolean => strangers.length > 0 || gaps.length > 0;

async function takeOne(subject: Subject, own: AttachedNetwork): Promise<LinkCensus> {
  const others = membersOf(subject, own.network);
  const listen = await askAll6(subject, own);
  const by4 = await askCandidates4(subject, own, others);
  const heard = [await listen(others), by4];
  const answers = heard.flatMap((each) => each.answers);
  const names = new Map(others.map(({ name }) => [name, answers.filter((each) => each.member === name)]));
  return {
    network: own.network,
    members: [...names].flatMap(([name, said]) =>
      said.length === 0 ? [] : [`${name} (${said.map(({ how }) => how).join(', ')})`],
    ),
    strangers: answers.flatMap(({ member, how }) => (member === undefined ? [how] : [])),
    gaps: heard.flatMap((each) => each.gaps.map((gap) => `on ${own.network}, ${gap}`)),
  };
}

/** What came of asking by one family. */
interface Heard {
  readonly answers: readonly Answer[];
  readonly gaps: readonly string[];
}

const nothing: Heard = { answers: [], gaps: [] };

/** That nobody else answered says something where a member did. */
const heardOf = (family: string, answers: readonly Answer[], ...gaps: readonly string[]): Heard => ({
  answers,
  gaps: answers.some(({ member }) => member !== undefined)
    ? gaps
    : [...gaps, `nobody of the scenario answered by ${family}`],
});

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

/**
 * An echo request to all nodes: who has IPv6 answers, with an address of its own. What is returned reads the answers: those who are asked
 * by IPv4 meanwhile are waited for as long; where nobody is, the wait is there.
 */
async function askAll6(
  { root }: Subject,
  own: AttachedNetwork,
): Promise<(others: readonly Member[]) => Promise<Heard>> {
  const { ipv4, ipv6 } = own;
  if (ipv6 === undefined || allNodes === undefined) return async () => nothing;
  const index = await indexOf(root, own.interfaceName);
  const address = socketAddress({ ip: allNodes, port: 0, scope: index });
  const echo = Buffer.from([echoRequest, 0, 0, 0, 0, 0, 0, 1]);
  const [socket, sent] = await root.calls([
    call('socket', inet.ipv6, socketType.datagram | socketType.nonBlocking, icmpv6),
    call('sendto', { result: 0 }, echo, echo.length, 0, address, address.length),
  ]);
  const error = socket?.error ?? sent?.error;
  const waitMs = ipv4 === undefined ? wait.othersMs : 0;
  return async (others) => {
    const replies = await readReplies(root, socket?.value ?? -1, waitMs);
    if (error !== undefined) return { answers: [], gaps: [`an echo request to all nodes: ${error}`] };
    return heardReplies(replies, ipv6, others);
  };
}

async function readReplies(root: Probe, socket: number, waitMs: number): Promise<readonly CallResult[]> {
  const answer = { filled: 1280 };
  const [, ...received] = await root.calls([
    call('nanosleep', timeOf(waitMs), 0),
    ...Array.from({ length: mostAnswers }, () =>
      call('recvfrom', socket, answer, answer.filled, 0, { out: 28 }, Buffer.from([28, 0, 0, 0])),
    ),
    call('close', socket),
  ]);
  return received.slice(0, -1);
}

function heardReplies(replies: readonly CallResult[], own: string, others: readonly Member[]): Heard {
  const counts = new Map<bigint, number>();
  for (const { value, out } of replies) {
    const ip = value < 0 ? undefined : parseSocketAddress(out[1])?.ip;
    if (ip !== undefined) counts.set(ip.value, (counts.get(ip.value) ?? 0) + 1);
  }
  counts.delete(parseIp(own)?.value ?? -1n);
  const answers = [...counts].flatMap(([value, count]): readonly Answer[] => {
    const text = renderIp({ version: 6, value });
    const member = others.find(({ ipv6 }) => parseIp(ipv6 ?? '')?.value === value)?.name;
    const once = { member, how: member === undefined ? `${text} answers an echo request` : `echo ${text}` };
    // Two of one address: one of them is somebody else.
    return count === 1 || member === undefined
      ? [once]
      : [once, { member: undefined, how: `${text} answers an echo request ${count} times` }];
  });
  const isCut = replies.every(({ value }) => value >= 0);
  return heardOf('IPv6', answers, ...(isCut ? [`only the first ${mostAnswers} answers were read`] : []));
}

/** Where a runtime would put itself, and the members: IPv4 has no address of all nodes that would answer. */
async function askCandidates4(
  { root, witness }: Subject,
  own: AttachedNetwork,
  others: readonly Member[],
): Promise<Heard> {
  if (own.ipv4 === undefined) return nothing;
  const subnet = parseRoutes4(witness.read('net/route') ?? '').find(
    ({ interfaceName, hasGateway }) => interfaceName === own.interfaceName && !hasGateway,
  );
  if (subnet === undefined) return { answers: [], gaps: ["the host's /proc does not tell its IPv4 subnet"] };
  const mine = parseIp(own.ipv4)?.value;
  const members = others.flatMap(({ name, ipv4 }) => {
    const ip = parseIp(ipv4 ?? '');
    return ip === undefined ? [] : [{ name, ip }];
  });
  const isMember = (value: bigint): boolean => members.some(({ ip }) => ip.value === value);
  const candidates = candidatesOf(subnet, hostAddresses4(witness));
  const strangers = candidates.slice(0, mostCandidates).filter((value) => value !== mine && !isMember(value));
  const targets: readonly { readonly name?: string; readonly ip: IpAddress }[] = [
    ...members.slice(0, mostAnswers),
    ...strangers.map((value): { readonly ip: IpAddress } => ({ ip: { version: 4, value } })),
  ];
  const outcomes = await connectTo(
    root,
    targets.map(({ ip }) => ({ ip, port: anyPort })),
    wait,
  );
  const arp = witness.read('net/arp');
  const resolved = resolvedAddresses(arp ?? '', own.interfaceName);
  const answers = targets.flatMap(({ name, ip }, at): readonly Answer[] => {
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
  return heardOf(
    'IPv4',
    answers,
    ...(arp === undefined ? ["the host's /proc does not tell who answered ARP"] : []),
    ...(candidates.length > mostCandidates
      ? [`only ${mostCandidates} of the host's addresses in its subnet were asked`]
      : []),
  );
}

/** Addresses of the host: a bridge of its own would have one of them. */
function hostAddresses4(witness: Witness): readonly bigint[] {
  return parseOwnAddresses(witness.readSelf('net/fib_trie') ?? '', '').flatMap(
    (text) => parseIp(text)?.value ?? [],
  );
}

/** The first and the last two of a subnet, and those of the host in it, without its own address and that of all. */
function candidatesOf({ first, last }: Route, ofHost: readonly bigint[]): readonly bigint[] {
  const all = [first + 1n, first + 2n, last - 2n, last - 1n, ...ofHost];
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
