import type { Family, Protocol } from '../../core/connectivity.ts';
import type { CallArgument, SystemCall } from '../../core/probe.ts';
import { call } from '../isolation/calls.ts';

/** socket(2), as x86 and arm64 have it. */
const domains = { 4: 2, 6: 10 } as const;
const socketTypes = { stream: 1, datagram: 2, raw: 3 } as const;
const nonBlocking = 0o4000;
const closeOnExec = 0o2000000;

/** The numbers of protocols, RFC 5237; ICMP has one for each IP version. */
const protocolNumbers: Readonly<Record<Protocol, Readonly<Record<Family, number>>>> = {
  tcp: { 4: 6, 6: 6 },
  udp: { 4: 17, 6: 17 },
  icmp: { 4: 1, 6: 58 },
};

/** socket(7), ip(7), ipv6(7): levels and options. */
const levels = { socket: 1, ip: 0, ipv6: 41 } as const;
const options = {
  reuseAddress: 2,
  error: 4,
  receiveBuffer: 8,
  attachFilter: 26,
  memoryInfo: 55,
  receiveErrors: { 4: 11, 6: 25 },
  ipv6Only: 26,
} as const;

export function openSocket(family: Family, kind: keyof typeof socketTypes, protocol: Protocol): SystemCall {
  const type = socketTypes[kind] | nonBlocking | closeOnExec;
  return call('socket', domains[family], type, protocolNumbers[protocol][family]);
}

export const connectTo = (fd: CallArgument, address: string, port: number, scope = 0): SystemCall => {
  const name = socketAddress(address, port, scope);
  return call('connect', fd, name, name.length);
};

/** Of every address of the family. */
export const bindToAll = (fd: CallArgument, family: Family, port: number): SystemCall => {
  const name = socketAddress(family === 4 ? '0.0.0.0' : '::', port);
  return call('bind', fd, name, name.length);
};

const int = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};

/** The kernel writes them, too; each call has a copy of its own. */
const lengths = { int: int(4), memoryInfo: int(36), address: int(28) } as const;

const set = (fd: CallArgument, level: number, option: number, value: Uint8Array): SystemCall =>
  call('setsockopt', fd, level, option, value, value.length);

export const onlyIpv6 = (fd: CallArgument): SystemCall => set(fd, levels.ipv6, options.ipv6Only, int(1));

export const reuseAddress = (fd: CallArgument): SystemCall =>
  set(fd, levels.socket, options.reuseAddress, int(1));

/** Errors of the way are told to an unconnected reader of them, too, and a full neighbour table is one (udp(7)). */
export const receiveErrors = (fd: CallArgument, family: Family): SystemCall =>
  set(fd, family === 4 ? levels.ip : levels.ipv6, options.receiveErrors[family], int(1));

export const receiveBuffer = (fd: CallArgument, bytes: number): SystemCall =>
  set(fd, levels.socket, options.receiveBuffer, int(bytes));

/** struct sock_filter: what a socket does not want to see is dropped before it (socket(7), SO_ATTACH_FILTER). */
export type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

export function attachFilter(fd: CallArgument, program: readonly Instruction[]): SystemCall {
  const code = Buffer.alloc(program.length * 8);
  for (const [index, [opcode, yes, no, k]] of program.entries()) {
    code.writeUInt16LE(opcode, index * 8);
    code.writeUInt8(yes, index * 8 + 2);
    code.writeUInt8(no, index * 8 + 3);
    code.writeUInt32LE(k, index * 8 + 4);
  }
  const header = Buffer.alloc(16);
  header.writeUInt16LE(program.length);
  return call(
    'setsockopt',
    fd,
    levels.socket,
    options.attachFilter,
    { bytes: header, pointerAt: 8, to: code },
    16,
  );
}

export const pendingError = (fd: CallArgument): SystemCall =>
  call('getsockopt', fd, levels.socket, options.error, { out: 4 }, lengths.int);

/** How many packets a socket has dropped is the last of nine numbers (linux/sock_diag.h, SK_MEMINFO_DROPS). */
export const memoryInfo = (fd: CallArgument): SystemCall =>
  call('getsockopt', fd, levels.socket, options.memoryInfo, { out: 36 }, lengths.memoryInfo);

export function dropsOf(out: Uint8Array | undefined): number {
  return out === undefined ? 0 : Buffer.from(out).readUInt32LE(32);
}

export const ownName = (fd: CallArgument): SystemCall =>
  call('getsockname', fd, { out: 28 }, lengths.address);

/** struct sockaddr_in, sockaddr_in6. */
export function socketAddress(address: string, port: number, scope = 0): Uint8Array {
  const isSix = address.includes(':');
  const bytes = Buffer.alloc(isSix ? 28 : 16);
  bytes.writeUInt16LE(domains[isSix ? 6 : 4]);
  bytes.writeUInt16BE(port, 2);
  bytes.set(addressBytes(address), isSix ? 8 : 4);
  if (isSix) bytes.writeUInt32LE(scope, 24);
  return bytes;
}

export interface EndPoint {
  /** As bytes, in hex: texts of one IPv6 address differ. */
  readonly address: string;
  readonly port: number;
}

export function readEndPoint(bytes: Uint8Array | undefined): EndPoint | undefined {
  if (bytes === undefined) return undefined;
  const data = Buffer.from(bytes);
  const isSix = data.readUInt16LE() === domains[6];
  const address = data.subarray(isSix ? 8 : 4, isSix ? 24 : 8).toString('hex');
  return { address, port: data.readUInt16BE(2) };
}

/** RFC 4291, section 2.2; texts come from the engine, which has checked them. */
export function addressBytes(address: string): Uint8Array {
  if (!address.includes(':')) return Uint8Array.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const gap = Array.from({ length: 8 - first.length - last.length }, () => '0');
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...first, ...gap, ...last].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  return bytes;
}
