import type { Clock } from '../../../core/clock.ts';
import type { Probe } from '../../../core/probe.ts';
import { call } from '../calls.ts';

export interface Attempt {
  readonly address: string;
  /** Connected or refused; nothing heard; not even tried by the kernel. */
  readonly outcome: 'answered' | 'silent' | 'no way';
}

/** sys/socket.h, fcntl.h, poll.h; the same on x86 and arm64. */
const [inet, inet6, stream, nonBlocking, solSocket, soError] = [2, 10, 1, 0o4000, 1, 4];
const pollOut = 4;
/** Where nobody listens on most machines: a refusal is an answer all the same. */
const port = 9;
const patienceMs = 1000;

/** One connection to each address, all at once. */
export async function tryConnecting(
  probe: Probe,
  addresses: readonly string[],
  clock: Clock,
): Promise<readonly Attempt[]> {
  const started = await probe.calls(
    addresses.flatMap((address, at) => {
      const name = socketAddress(address);
      const domain = address.includes(':') ? inet6 : inet;
      return [
        call('socket', domain, stream | nonBlocking, 0),
        call('connect', { result: at * 2 }, name, name.length),
      ];
    }),
  );
  const waiting = addresses.flatMap((address, at) => {
    const [socket, connected] = [started[at * 2], started[at * 2 + 1]];
    return connected?.error === 'EINPROGRESS' ? [{ address, descriptor: socket?.value ?? -1 }] : [];
  });
  const heard = await listen(probe, waiting, clock);
  await probe.calls(
    addresses.flatMap((_, at) => {
      const descriptor = started[at * 2]?.value ?? -1;
      return descriptor < 0 ? [] : [call('close', descriptor)];
    }),
  );
  return addresses.map((address, at) => {
    const connected = started[at * 2 + 1];
    const isWaiting = waiting.some((each) => each.address === address);
    const outcome = isWaiting ? (heard.get(address) ?? 'silent') : outcomeOfError(connected?.error);
    return { address, outcome };
  });
}

async function listen(
  probe: Probe,
  waiting: readonly { readonly address: string; readonly descriptor: number }[],
  clock: Clock,
): Promise<ReadonlyMap<string, Attempt['outcome']>> {
  const heard = new Map<string, Attempt['outcome']>();
  const end = clock.nowMs() + patienceMs;
  for (let left = waiting; left.length > 0 && clock.nowMs() < end; ) {
    const [polled] = await probe.calls([
      call('ppoll', { inOut: pollList(left) }, left.length, timespec(end - clock.nowMs()), 0, 8),
    ]);
    if (polled === undefined || polled.value <= 0) break;
    const list = Buffer.from(polled.out[0] ?? []);
    const ready = left.filter((_, at) => list.readUInt16LE(at * 8 + 6) !== 0);
    const errors = await probe.calls(
      ready.map(({ descriptor }) =>
        call('getsockopt', descriptor, solSocket, soError, { out: 4 }, { inOut: Uint8Array.of(4, 0, 0, 0) }),
      ),
    );
    for (const [at, { address }] of ready.entries())
      heard.set(address, outcomeOfNumber(Buffer.from(errors[at]?.out[0] ?? [0, 0, 0, 0]).readInt32LE(0)));
    left = left.filter(({ address }) => !heard.has(address));
  }
  return heard;
}

/** struct pollfd: a descriptor, what is waited for, what came. */
function pollList(waiting: readonly { readonly descriptor: number }[]): Uint8Array {
  const list = Buffer.alloc(waiting.length * 8);
  for (const [at, { descriptor }] of waiting.entries()) {
    list.writeInt32LE(descriptor, at * 8);
    list.writeInt16LE(pollOut, at * 8 + 4);
  }
  return list;
}

function timespec(ms: number): Uint8Array {
  const spec = Buffer.alloc(16);
  spec.writeBigInt64LE(BigInt(Math.trunc(ms / 1000)), 0);
  spec.writeBigInt64LE(BigInt(Math.trunc((ms % 1000) * 1e6)), 8);
  return spec;
}

/** ip(7), ipv6(7): family, port in network order, address. */
function socketAddress(address: string): Uint8Array {
  if (!address.includes(':')) {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt16LE(inet, 0);
    bytes.writeUInt16BE(port, 2);
    for (const [at, part] of address.split('.').entries()) bytes[4 + at] = Number(part);
    return bytes;
  }
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(inet6, 0);
  bytes.writeUInt16BE(port, 2);
  for (const [at, group] of address.split(':').entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), 8 + at * 2);
  return bytes;
}

const outcomeOfError = (error: string | undefined): Attempt['outcome'] =>
  error === undefined || error === 'ECONNREFUSED' ? 'answered' : 'no way';

/** errno(3): 0 and ECONNREFUSED are words of the other side; EHOSTUNREACH and the like are the kernel's own. */
const outcomeOfNumber = (errno: number): Attempt['outcome'] =>
  errno === 0 || errno === 111 || errno === 104 ? 'answered' : 'no way';
