import type { Family, Protocol } from '../../core/connectivity.ts';
import type { Instruction } from './socket-calls.ts';

/** linux/bpf_common.h, classic BPF: load a byte or half-word at k or at X + k, X from an IPv4 header's length, compare, return. */
const loadByte = 0x30;
const loadByteAtX = 0x50;
const loadHalfAtX = 0x48;
const headerLengthToX = 0xb1;
const zeroToX = 0x01;
const and = 0x54;
const isEqual = 0x15;
const giveBack = 0x06;

/** Flags of TCP, RFC 9293, section 3.1, in the octet at 13. */
const [flagsAt, syn, synAndAck] = [13, 0x02, 0x12];

/** Of IPv4 the longest header (RFC 791) and the first words of what it carries. */
export const keptBytes = 68;

/**
 * Of a connecting socket: it never gets the answer that would complete the handshake, but counts it as dropped. So the kernel at the
 * other end has said yes, and the program there is not bothered: a server that accepts a single connection still has it.
 */
export const withoutConsent: readonly Instruction[] = [
  [loadByte, 0, 0, flagsAt],
  [and, 0, 0, synAndAck],
  [isEqual, 0, 1, synAndAck],
  [giveBack, 0, 0, 0],
  [giveBack, 0, 0, 0xffff],
];

/** ICMP's echo request: RFC 792, RFC 4443. */
export const echoRequest: Readonly<Record<Family, number>> = { 4: 8, 6: 128 };

/** An empty datagram is a header of eight octets: RFC 768. */
const emptyDatagram = 8;

/** Of a raw socket at a destination: what attempts look like, and nothing of the service's own traffic. */
export function attemptsOnly(protocol: Protocol, family: Family): readonly Instruction[] {
  // raw(7): packets come with the IPv4 header, but without that of IPv6.
  const start: Instruction = family === 4 ? [headerLengthToX, 0, 0, 0] : [zeroToX, 0, 0, 0];
  return [start, ...tests[protocol](family), [giveBack, 0, 0, keptBytes], [giveBack, 0, 0, 0]];
}

const tests: Readonly<Record<Protocol, (family: Family) => readonly Instruction[]>> = {
  tcp: () => [
    [loadByteAtX, 0, 0, flagsAt],
    [and, 0, 0, synAndAck],
    [isEqual, 0, 1, syn],
  ],
  udp: () => [
    [loadHalfAtX, 0, 0, 4],
    [isEqual, 0, 1, emptyDatagram],
  ],
  icmp: (family) => [
    [loadByteAtX, 0, 0, 0],
    [isEqual, 0, 1, echoRequest[family]],
  ],
};
