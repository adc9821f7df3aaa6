import type { AttachedNetwork } from '../../core/engine.ts';
import type { Probe } from '../../core/probe.ts';
import { type IpAddress, parseIp } from '../plan/network/ip-address.ts';
import { call, callOne, outcomeOf } from './calls.ts';
import type { Guest, Subject, Verdict } from './check.ts';
import { familyOf, inet, parseSocketAddress, pollCall, socketAddress, socketType } from './inside-sockets.ts';
import { renderIp } from './network-tables.ts';
import { inconclusive, judged, notApplicable } from './verdict.ts';

/** linux/if_packet.h, linux/if_ether.h: AF_PACKET, ETH_P_ALL in network order; netinet/in.h: IPPROTO_ICMP, IPPROTO_ICMPV6. */
const packet = { domain: 17, protocol: 0x0300 };
const rawKinds = [
  { what: 'raw socket of IPv4', domain: inet.ipv4, protocol: 1 },
  { what: 'raw socket of IPv6', domain: inet.ipv6, protocol: 58 },
  { what: 'packet socket', ...packet },
];
/** in.h, in6.h: SOL_IP with IP_FREEBIND, SOL_IPV6 with IPV6_FREEBIND. */
const freeBind = { 4: [0, 15], 6: [41, 78] } as const;
const pollIn = 1;
const waitMs = 100;
const [honest, forged] = [Buffer.from('mayfly: honest'), Buffer.from('mayfly: forged')];

export async function sendAsAnother(subject: Subject): Promise<Verdict> {
  if (subject.spec.process.capabilities.includes('NET_RAW')) return notApplicable('NET_RAW was declared');
  const attempts = [tryRaw(subject.probe, 'the service'), tryRaw(subject.root, 'root')];
  const forging: Promise<Sent>[] = [];
  const gaps: string[] = [];
  for (const own of subject.container.networks) {
    const peer = peerOn(subject, own.network);
    const pairs = pairsOf(own, peer?.attached);
    for (const version of versionsOf(own))
      if (!pairs.some(([mine]) => mine.version === version))
        gaps.push(`nobody on ${own.network} could hear IPv${version}`);
    for (const [mine, theirs] of pairs)
      if (peer !== undefined) forging.push(forge(subject.probe, own.network, mine, peer, theirs));
  }
  const [tried, sent] = await Promise.all([Promise.all(attempts), Promise.all(forging)]);
  const raw = tried.flat();
  const faults = [
    ...raw.filter(({ outcome }) => outcome === 'success').map(({ what }) => what),
    ...sent.filter(({ forgedArrived }) => forgedArrived).map(({ what }) => what),
  ];
  const isUnknown = ({ outcome }: Attempt): boolean => outcome !== 'success' && !isRawRefusal(outcome);
  gaps.push(
    ...raw.filter(isUnknown).map(({ what }) => what),
    ...sent.filter(({ isShown }) => !isShown).map(({ what }) => what),
  );
  if (faults.length === 0 && gaps.length > 0) return inconclusive(...gaps);
  return judged(
    faults,
    [...raw, ...sent].map(({ what }) => what),
  );
}

interface Sent {
  readonly forgedArrived: boolean;
  /** Each way was refused, or was taken while the receiver heard an honest packet. */
  readonly isShown: boolean;
  readonly what: string;
}

interface Attempt {
  readonly outcome: string;
  readonly what: string;
}

/** Of who asks, or of the address; other errors tell of the attempt, not of a wall. */
const refusals = new Set(['EADDRNOTAVAIL', 'EPERM', 'EACCES']);
/** A kernel without IPv6 has no raw sockets of it either (socket(2)). */
const isRawRefusal = (outcome: string): boolean => refusals.has(outcome) || outcome === 'EAFNOSUPPORT';
/** The kernel finds no way from an IPv4 address that is not its own (`ip_route_output_key_hash_rcu`). */
const noWayFrom = 'EINVAL';

async function tryRaw(probe: Probe, who: string): Promise<readonly Attempt[]> {
  const results = await probe.calls(
    rawKinds.map(({ domain, protocol }) => call('socket', domain, socketType.raw, protocol)),
  );
  await probe.calls(results.filter(({ value }) => value >= 0).map(({ value }) => call('close', value)));
  return rawKinds.map(({ what }, at) => ({
    outcome: outcomeOf(results[at]),
    what: `a ${what}, as ${who}: ${outcomeOf(results[at])}`,
  }));
}

interface Peer extends Guest {
  readonly attached: AttachedNetwork;
}

function peerOn({ siblings, guests }: Subject, network: string): Peer | undefined {
  return [...siblings, ...guests].flatMap((each) =>
    each.container.networks.flatMap((attached) =>
      attached.network === network
        ? [{ name: each.name, container: each.container, root: each.root, attached }]
        : [],
    ),
  )[0];
}

const versionsOf = ({ ipv4, ipv6 }: AttachedNetwork): readonly (4 | 6)[] => [
  ...(ipv4 === undefined ? [] : [4 as const]),
  ...(ipv6 === undefined ? [] : [6 as const]),
];

/** Its own address and the peer's, of each family that both have. */
function pairsOf(
  own: AttachedNetwork,
  peer: AttachedNetwork | undefined,
): readonly (readonly [IpAddress, IpAddress])[] {
  const pairs = [
    [own.ipv4, peer?.ipv4],
    [own.ipv6, peer?.ipv6],
  ];
  return pairs.flatMap(([mine, theirs]) => {
    const [one, other] = [parseIp(mine ?? ''), parseIp(theirs ?? '')];
    return one === undefined || other === undefined ? [] : [[one, other] as const];
  });
}

/** To the peer, from an address next to its own, which is nobody's or somebody else's. */
async function forge(
  sender: Probe,
  network: string,
  mine: IpAddress,
  peer: Peer,
  theirs: IpAddress,
): Promise<Sent> {
  const another = neighbourOf(mine, theirs);
  const { socket, port } = await listen(peer.root, theirs);
  if (socket < 0 || port === 0) {
    const what = `${peer.name} on ${network} cannot listen at ${renderIp(theirs)}`;
    return { forgedArrived: false, isShown: false, what };
  }
  const target = socketAddress({ ip: theirs, port });
  const [bound, free] = await Promise.all([
    sendFrom(sender, another, target, false),
    sendFrom(sender, another, target, true),
  ]);
  await send(sender, mine, target);
  const heard = await hear(peer.root, socket);
  await callOne(peer.root, 'close', socket);
  const forgedArrived = heard.includes(forged.toString());
  const honestArrived = heard.includes(honest.toString());
  const isShown = [bound, free].every(
    (outcome) => refusals.has(outcome) || (honestArrived && (outcome === 'success' || outcome === noWayFrom)),
  );
  const how = `IPv${mine.version} as another to ${peer.name} on ${network}: ${bound}, with a free bind ${free}`;
  const arrived = forgedArrived
    ? 'it arrived'
    : `it did not arrive${honestArrived ? ', an honest one did' : ''}`;
  return { forgedArrived, isShown, what: `${how}; ${arrived}` };
}

function neighbourOf({ version, value }: IpAddress, theirs: IpAddress): IpAddress {
  const next = value ^ 1n;
  return { version, value: next === theirs.value ? value ^ 2n : next };
}

async function listen(
  probe: Probe,
  ip: IpAddress,
): Promise<{ readonly socket: number; readonly port: number }> {
  const address = socketAddress({ ip, port: 0 });
  const opened = { result: 0 };
  const [made, , named] = await probe.calls([
    call('socket', familyOf(ip), socketType.datagram | socketType.nonBlocking, 0),
    call('bind', opened, address, address.length),
    call('getsockname', opened, { out: 28 }, Buffer.from([28, 0, 0, 0])),
  ]);
  return { socket: made?.value ?? -1, port: parseSocketAddress(named?.out[0])?.port ?? 0 };
}

/** Of the call that fails: without the bind it would be sent in the sender's own name. */
async function sendFrom(probe: Probe, ip: IpAddress, target: Uint8Array, freely: boolean): Promise<string> {
  const address = socketAddress({ ip, port: 0 });
  const [level, option] = freeBind[ip.version];
  const opened = { result: 0 };
  const [socket, ...tried] = await probe.calls([
    call('socket', familyOf(ip), socketType.datagram, 0),
    ...(freely ? [call('setsockopt', opened, level, option, Buffer.from([1, 0, 0, 0]), 4)] : []),
    call('bind', opened, address, address.length),
  ]);
  const refused = tried.find(({ error }) => error !== undefined);
  const descriptor = socket?.value ?? -1;
  const close = call('close', descriptor);
  const [sent] = await probe.calls(
    refused === undefined
      ? [call('sendto', descriptor, forged, forged.length, 0, target, target.length), close]
      : [close],
  );
  return refused?.error ?? outcomeOf(sent);
}

async function send(probe: Probe, ip: IpAddress, target: Uint8Array): Promise<void> {
  await probe.calls([
    call('socket', familyOf(ip), socketType.datagram, 0),
    call('sendto', { result: 0 }, honest, honest.length, 0, target, target.length),
    call('close', { result: 0 }),
  ]);
}

/** Up to the honest one, which was sent last, and for a moment. */
async function hear(probe: Probe, socket: number): Promise<readonly string[]> {
  const heard: string[] = [];
  for (let at = 0; at < 3 && !heard.includes(honest.toString()); at++) {
    const [, received] = await probe.calls([
      pollCall(socket, waitMs, pollIn),
      call('recvfrom', socket, { filled: 64 }, 64, 0, 0, 0),
    ]);
    if (received !== undefined && received.value > 0)
      heard.push(Buffer.from(received.out[0] ?? []).toString());
  }
  return heard;
}
