import type { Clock } from '../../core/clock.ts';
import { call } from '../isolation/calls.ts';
import type { MeasuredCell } from './measured-cell.ts';
import { changeLinkLocal, interfaceIndexes } from './netlink.ts';
import { echoRequest } from './packet-filters.ts';
import { openSocket, readEndPoint, socketAddress } from './socket-calls.ts';
import type { Station } from './station.ts';

/** RFC 4291, section 2.7.1: all nodes on the link. */
const allNodes = 'ff02::1';
const [times, waitMs] = [4, 200];
const mostAnswers = 256;

/** Of ours, for as long as it takes to ask: nodes answer with a link-local address when they are asked from one. */
const ownPrefix = 'fe800000000000006d617966';

/** Another in each namespace: who has the address of the asker answers itself. */
const ownAddress = (mac: string): string =>
  `fe80::6d61:7966:${mac.slice(6, 11).replace(':', '')}:${mac.slice(12).replace(':', '')}`;

type Answer = Pick<MeasuredCell, 'outcome' | 'witnessed' | 'evidence'>;

/**
 * Who has an IPv6 link-local address on the links of a namespace: all nodes are asked, and those that have one answer with it. The
 * asking node hears its own question and answers, too, which shows that answers are heard.
 */
export async function askLinkLocal(station: Station, clock: Clock, signal: AbortSignal): Promise<Answer> {
  const { probe, networks } = station;
  const names = networks.map(({ interfaceName }) => interfaceName);
  if (names.length === 0)
    return { outcome: 'unreachable', witnessed: true, evidence: 'it has no link beside its loopback' };
  const indexes = await interfaceIndexes(probe, names);
  const links = networks.map(({ interfaceName, mac }) => ({
    index: indexes.get(interfaceName) ?? 0,
    own: ownAddress(mac),
  }));
  try {
    for (const { index, own } of links) await changeLinkLocal(probe, 'add', index, own);
    return tell(names.join(', '), await echoAll(station, [...indexes.values()], clock, signal));
  } finally {
    for (const { index, own } of links) await changeLinkLocal(probe, 'remove', index, own).catch(() => {}); // a lost helper has told so already
  }
}

/** The addresses of those who answered, in hex. */
async function echoAll(
  { probe }: Station,
  indexes: readonly number[],
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const [opened] = await probe.calls([openSocket(6, 'datagram', 'icmp')]);
  const fd = opened?.value ?? -1;
  const question = Uint8Array.of(echoRequest[6], 0, 0, 0, 0, 0, 0, 1);
  // More than once: the address is the kernel's only after it has come to it, and a multicast is not sent again by anybody.
  for (let time = 0; time < times; time += 1) {
    await probe.calls(
      indexes.map((index) => {
        const address = socketAddress(allNodes, 0, index);
        return call('sendto', fd, question, question.length, 0, address, address.length);
      }),
    );
    await clock.sleep(waitMs, signal);
  }
  const received = await probe.calls([
    ...Array.from({ length: mostAnswers }, () =>
      call('recvfrom', fd, { out: 64 }, 64, 0, { out: 28 }, Uint8Array.of(28, 0, 0, 0)),
    ),
    call('close', fd),
  ]);
  return received
    .slice(0, -1)
    .flatMap(({ value, out }) => (value > 0 ? (readEndPoint(out[1])?.address ?? []) : []));
}

function tell(links: string, answers: readonly string[]): Answer {
  const asked = `an echo request to ${allNodes} on ${links}`;
  const found = [
    ...new Set(answers.filter((address) => /^fe[89ab]/.test(address) && !address.startsWith(ownPrefix))),
  ];
  if (found.length > 0) {
    const evidence = `${asked} was answered by ${found.map(withColons).join(', ')}`;
    return { outcome: 'open', witnessed: true, evidence };
  }
  if (answers.length === 0)
    return {
      outcome: 'unmeasured',
      witnessed: false,
      evidence: `${asked} was answered by nobody, not even itself`,
    };
  const evidence = `${asked} was answered, but from no link-local address`;
  return { outcome: 'timed-out', witnessed: true, evidence };
}

const withColons = (hex: string): string => (hex.match(/.{4}/g) ?? []).join(':');
