import type { Family, Protocol } from '../../core/connectivity.ts';
import type { CallResult, SystemCall } from '../../core/probe.ts';
import { call } from '../isolation/calls.ts';
import { echoRequest, withoutConsent } from './packet-filters.ts';
import {
  attachFilter,
  connectTo,
  dropsOf,
  memoryInfo,
  openSocket,
  ownName,
  pendingError,
  readEndPoint,
  receiveErrors,
} from './socket-calls.ts';
import { keyOf } from './station.ts';

/** One packet, and what came of it. A cell has as many as its destination has addresses. */
export interface Attempt {
  readonly protocol: Protocol;
  readonly family: Family;
  readonly address: string;
  /** 0 of ICMP. */
  readonly port: number;
  /** The socket it holds. */
  fd?: number;
  /** As the destination will see it come in, of each time it was sent. */
  readonly keys: string[];
  /** `ECONNREFUSED`: what the kernel said of it. */
  error?: string;
  /** The kernel at the other end said yes, or sent the echo back. */
  answered: boolean;
}

/** errno-base.h, errno.h: what networks say. */
const errors: ReadonlyMap<number, string> = new Map([
  [1, 'EPERM'],
  [13, 'EACCES'],
  [92, 'ENOPROTOOPT'],
  [101, 'ENETUNREACH'],
  [103, 'ECONNABORTED'],
  [104, 'ECONNRESET'],
  [105, 'ENOBUFS'],
  [110, 'ETIMEDOUT'],
  [111, 'ECONNREFUSED'],
  [112, 'EHOSTDOWN'],
  [113, 'EHOSTUNREACH'],
]);

/** Type, code, checksum, identifier, number: the kernel fills in what it wants (icmp(7)). */
const echo = (family: Family): Uint8Array => Uint8Array.of(echoRequest[family], 0, 0, 0, 0, 0, 0, 1);

/** How many calls an attempt is. */
const callsPerSend = 5;

function sendCalls({ protocol, family, address, port }: Attempt, index: number): readonly SystemCall[] {
  const fd = { result: callsPerSend * index };
  const connect = connectTo(fd, address, port);
  switch (protocol) {
    case 'tcp':
      return [
        openSocket(family, 'stream', protocol),
        attachFilter(fd, withoutConsent),
        connect,
        ownName(fd),
        call('getpid'),
      ];
    case 'udp':
      return [
        openSocket(family, 'datagram', protocol),
        receiveErrors(fd, family),
        connect,
        ownName(fd),
        call('sendto', fd, '', 0, 0, 0, 0),
      ];
    case 'icmp':
      return [
        openSocket(family, 'datagram', protocol),
        receiveErrors(fd, family),
        connect,
        ownName(fd),
        call('sendto', fd, echo(family), 8, 0, 0, 0),
      ];
    default:
      return protocol satisfies never;
  }
}

interface Sender {
  calls(calls: readonly SystemCall[]): Promise<readonly CallResult[]>;
}

/** All at once; again for those that were sent before. */
export async function sendAll(probe: Sender, attempts: readonly Attempt[]): Promise<void> {
  const open = attempts.flatMap(({ fd }) => (fd === undefined ? [] : [call('close', fd)]));
  if (open.length > 0) await probe.calls(open);
  const results = await probe.calls(attempts.flatMap(sendCalls));
  for (const [index, attempt] of attempts.entries()) {
    const [opened, , connected, name, sent] = results.slice(callsPerSend * index, callsPerSend * (index + 1));
    delete attempt.fd;
    if (opened === undefined || opened.value < 0) {
      attempt.error = opened?.error ?? 'EINVAL';
      continue;
    }
    attempt.fd = opened.value;
    const own = readEndPoint(name?.out[0]);
    if (own !== undefined) {
      const { protocol, family, port } = attempt;
      attempt.keys.push(keyOf({ protocol, family, from: own.address, fromPort: own.port, port }));
    }
    const error = connected?.error === 'EINPROGRESS' ? sent?.error : (connected?.error ?? sent?.error);
    if (error !== undefined) attempt.error = error;
    else delete attempt.error;
  }
}

/** What has become of those that are not decided. */
export async function lookAt(probe: Sender, attempts: readonly Attempt[]): Promise<void> {
  const waiting = attempts.filter(
    ({ fd, error, answered }) => fd !== undefined && error === undefined && !answered,
  );
  const results = await probe.calls(
    waiting.flatMap(({ fd = -1, protocol }) => [
      protocol === 'icmp' ? call('recvfrom', fd, { out: 64 }, 64, 0, 0, 0) : memoryInfo(fd),
      pendingError(fd),
      call('getpeername', fd, { scratch: 28 }, { inOut: Uint8Array.of(28, 0, 0, 0) }),
    ]),
  );
  for (const [index, attempt] of waiting.entries()) {
    const [first, pending, peer] = results.slice(3 * index);
    if (attempt.protocol === 'icmp') attempt.answered = (first?.value ?? -1) > 0;
    // Where a filter may not be attached the handshake was completed: then there is a peer.
    else if (attempt.protocol === 'tcp') attempt.answered = dropsOf(first?.out[0]) > 0 || peer?.value === 0;
    const code = Buffer.from(pending?.out[0] ?? new Uint8Array(4)).readInt32LE();
    const error = errors.get(code) ?? (code === 0 ? first?.error : `error ${code}`);
    if (!attempt.answered && error !== undefined && error !== 'EAGAIN') attempt.error = error;
  }
}

export async function closeAll(probe: Sender, attempts: readonly Attempt[]): Promise<void> {
  const open = attempts.flatMap(({ fd }) => (fd === undefined ? [] : [call('close', fd)]));
  if (open.length > 0) await probe.calls(open);
  for (const attempt of attempts) delete attempt.fd;
}
