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
  /** The handshake is completed: no filter could be attached. */
  completes?: boolean;
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

/** The calls of one attempt, of which the first is the number `first` of its batch. */
function sendCalls({ protocol, family, address, port }: Attempt, first: number): readonly SystemCall[] {
  const fd = { result: first };
  const socket = (kind: 'stream' | 'datagram', option: SystemCall): readonly SystemCall[] => [
    openSocket(family, kind, protocol),
    option,
    connectTo(fd, address, port),
    ownName(fd),
  ];
  switch (protocol) {
    case 'tcp':
      return socket('stream', attachFilter(fd, withoutConsent));
    case 'udp':
      return [...socket('datagram', receiveErrors(fd, family)), call('sendto', fd, '', 0, 0, 0, 0)];
    case 'icmp':
      return [...socket('datagram', receiveErrors(fd, family)), call('sendto', fd, echo(family), 8, 0, 0, 0)];
    default:
      return protocol satisfies never;
  }
}

/** No errno: what the kernel here lacks says nothing of any network. */
const notSent = (error: string): string => `the helper could not send: ${error}`;

interface Sender {
  calls(calls: readonly SystemCall[]): Promise<readonly CallResult[]>;
}

/** All at once; again for those that were sent before. */
export async function sendAll(probe: Sender, attempts: readonly Attempt[]): Promise<void> {
  const open = attempts.flatMap(({ fd }) => (fd === undefined ? [] : [call('close', fd)]));
  if (open.length > 0) await probe.calls(open);
  const calls: SystemCall[] = [];
  const starts = attempts.map((attempt) => {
    const first = calls.length;
    calls.push(...sendCalls(attempt, first));
    return first;
  });
  const results = await probe.calls(calls);
  for (const [index, attempt] of attempts.entries()) {
    const [opened, filtered, connected, name, sent] = results.slice(starts[index], starts[index + 1]);
    delete attempt.fd;
    if (opened === undefined || opened.value < 0) {
      attempt.error = notSent(opened?.error ?? 'EINVAL');
      continue;
    }
    attempt.fd = opened.value;
    attempt.completes = attempt.protocol === 'tcp' && filtered?.error !== undefined;
    const own = readEndPoint(name?.out[0]);
    if (own !== undefined) {
      const { protocol, family, port } = attempt;
      attempt.keys.push(keyOf({ protocol, family, from: own.address, fromPort: own.port, port }));
    }
    const error = connected?.error === 'EINPROGRESS' ? sent?.error : (connected?.error ?? sent?.error);
    // No port of its own is left.
    if (error === 'EADDRNOTAVAIL') attempt.error = notSent(error);
    else if (error !== undefined) attempt.error = error;
    else delete attempt.error;
  }
}

/** What has become of those that are not decided. */
export async function lookAt(probe: Sender, attempts: readonly Attempt[]): Promise<void> {
  const waiting = attempts.filter(
    ({ fd, error, answered }) => fd !== undefined && error === undefined && !answered,
  );
  const results = await probe.calls(
    waiting.flatMap((attempt) => [answerOf(attempt), pendingError(attempt.fd ?? -1)]),
  );
  for (const [index, attempt] of waiting.entries()) {
    const [first, pending] = results.slice(2 * index, 2 * index + 2);
    attempt.answered = isAnswer(attempt, first);
    const code = Buffer.from(pending?.out[0] ?? new Uint8Array(4)).readInt32LE();
    const error = errors.get(code) ?? (code === 0 ? first?.error : `error ${code}`);
    if (!attempt.answered && error !== undefined && error !== 'EAGAIN' && error !== 'ENOTCONN')
      attempt.error = error;
  }
}

function answerOf({ fd = -1, protocol, completes }: Attempt): SystemCall {
  if (protocol === 'icmp') return call('recvfrom', fd, { out: 64 }, 64, 0, 0, 0);
  if (completes === true) return call('getpeername', fd, { scratch: 28 }, Uint8Array.of(28, 0, 0, 0));
  return memoryInfo(fd);
}

function isAnswer({ protocol, completes }: Attempt, result: CallResult | undefined): boolean {
  if (protocol === 'icmp') return (result?.value ?? -1) > 0;
  if (completes === true) return result?.value === 0;
  return protocol === 'tcp' && dropsOf(result?.out[0]) > 0;
}

export async function closeAll(probe: Sender, attempts: readonly Attempt[]): Promise<void> {
  const open = attempts.flatMap(({ fd }) => (fd === undefined ? [] : [call('close', fd)]));
  if (open.length > 0) await probe.calls(open);
  for (const attempt of attempts) delete attempt.fd;
}
