import type { Probe } from '../../core/probe.ts';
import type { IpAddress } from '../plan/network/ip-address.ts';
import { call, outcomeOf } from './calls.ts';

/** bits/socket.h, netinet/in.h; the same on x86 and arm64. */
export const inet = { ipv4: 2, ipv6: 10 } as const;
export const socketType = { stream: 1, datagram: 2, raw: 3, nonBlocking: 0o4000 } as const;
const [socketLevel, socketError] = [1, 4];
const pollOut = 4;
/** ioctl_list(2): the number of an interface, in a struct ifreq of 40 bytes. */
const [ifindexRequest, ifreqBytes, ifindexAt] = [0x8933, 40, 16];
/** asm-generic/errno.h, of those a connection can end with. */
const errorNames: Readonly<Record<number, string>> = {
  0: 'success',
  101: 'ENETUNREACH',
  104: 'ECONNRESET',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  113: 'EHOSTUNREACH',
};

export interface Target {
  readonly ip: IpAddress;
  readonly port: number;
  /** Number of the interface, of link-local addresses. */
  readonly scope?: number;
}

/** struct sockaddr_in and sockaddr_in6: ip(7), ipv6(7). */
export function socketAddress({ ip, port, scope = 0 }: Target): Uint8Array {
  const bytes = Buffer.alloc(ip.version === 4 ? 16 : 28);
  bytes.writeUInt16LE(familyOf(ip), 0);
  bytes.writeUInt16BE(port, 2);
  if (ip.version === 4) bytes.writeUInt32BE(Number(ip.value), 4);
  else {
    bytes.writeBigUInt64BE(ip.value >> 64n, 8);
    bytes.writeBigUInt64BE(ip.value & 0xffff_ffff_ffff_ffffn, 16);
    bytes.writeUInt32LE(scope, 24);
  }
  return bytes;
}

/** Undefined for other families. */
export function parseSocketAddress(bytes: Uint8Array | undefined): Target | undefined {
  const data = Buffer.from(bytes ?? []);
  if (data.length < 28) return undefined;
  const [family, port] = [data.readUInt16LE(0), data.readUInt16BE(2)];
  if (family === inet.ipv4) return { ip: { version: 4, value: BigInt(data.readUInt32BE(4)) }, port };
  if (family !== inet.ipv6) return undefined;
  return { ip: { version: 6, value: (data.readBigUInt64BE(8) << 64n) | data.readBigUInt64BE(16) }, port };
}

export const familyOf = (ip: IpAddress): number => (ip.version === 4 ? inet.ipv4 : inet.ipv6);

/** Whether the kernel knows a way there: it looks for one when a datagram socket is connected, and sends nothing (udp(7)). */
export async function waysTo(
  probe: Probe,
  targets: readonly Omit<Target, 'port'>[],
): Promise<readonly string[]> {
  const results = await probe.calls(
    targets.flatMap((target, at) => {
      const address = socketAddress({ ...target, port: 9 });
      const opened = { result: at * 3 };
      return [
        call('socket', familyOf(target.ip), socketType.datagram, 0),
        call('connect', opened, address, address.length),
        call('close', opened),
      ];
    }),
  );
  return targets.map((_, at) => results[at * 3]?.error ?? outcomeOf(results[at * 3 + 1]));
}

/**
 * With what connecting ends: `success`, an error, or `no answer`. The first is waited for, the others a moment longer; `eachMs` waits for
 * every one, where all are known to answer: on a busy machine even loopback may be late.
 */
export async function connectTo(
  probe: Probe,
  targets: readonly Target[],
  {
    firstMs,
    othersMs,
    eachMs = 0,
  }: { readonly firstMs: number; readonly othersMs: number; readonly eachMs?: number },
): Promise<readonly string[]> {
  const made = await probe.calls(
    targets.flatMap((target, at) => {
      const address = socketAddress(target);
      return [
        call('socket', familyOf(target.ip), socketType.stream | socketType.nonBlocking, 0),
        call('connect', { result: at * 2 }, address, address.length),
      ];
    }),
  );
  const sockets = targets.map((_, at) => made[at * 2]?.value ?? -1);
  const seen = await probe.calls([
    ...sockets.slice(0, 1).map((socket) => pollCall(socket, firstMs)),
    call('nanosleep', timespec(othersMs), 0),
    ...sockets.flatMap((socket) => [
      pollCall(socket, eachMs),
      call('getsockopt', socket, socketLevel, socketError, { out: 4 }, Buffer.from([4, 0, 0, 0])),
      call('close', socket),
    ]),
  ]);
  const from = Math.min(1, sockets.length) + 1;
  return targets.map((_, at) => {
    const [opened, begun] = [made[at * 2], made[at * 2 + 1]];
    if (opened?.error !== undefined) return opened.error;
    if (begun?.error !== 'EINPROGRESS') return outcomeOf(begun);
    if ((seen[from + at * 3]?.value ?? 0) < 1) return 'no answer';
    const number = Buffer.from(seen[from + at * 3 + 1]?.out[0] ?? [0, 0, 0, 0]).readInt32LE(0);
    return errorNames[number] ?? `error ${number}`;
  });
}

/** ppoll(2) of one socket: struct pollfd, and a time. */
export function pollCall(socket: number, timeoutMs: number, events = pollOut) {
  const entry = Buffer.alloc(8);
  entry.writeInt32LE(socket, 0);
  entry.writeInt16LE(events, 4);
  return call('ppoll', { inOut: entry }, 1, timespec(timeoutMs), 0, 8);
}

function timespec(timeMs: number): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64LE(BigInt(Math.floor(timeMs / 1000)), 0);
  bytes.writeBigInt64LE(BigInt(Math.round((timeMs % 1000) * 1e6)), 8);
  return bytes;
}

/** The number of an interface. */
export async function indexOf(probe: Probe, interfaceName: string): Promise<number> {
  const request = Buffer.alloc(ifreqBytes);
  request.write(interfaceName, 0);
  const opened = { result: 0 };
  const [, asked] = await probe.calls([
    call('socket', inet.ipv4, socketType.datagram, 0),
    call('ioctl', opened, ifindexRequest, { inOut: request }),
    call('close', opened),
  ]);
  return Buffer.from(asked?.out[0] ?? request).readInt32LE(ifindexAt);
}
