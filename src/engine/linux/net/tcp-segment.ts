import { type IpAddress, ipToBytes } from './ip.ts';
import { macBytes } from './mac.ts';

export interface TcpSegment {
  readonly fromMac: string;
  readonly toMac: string;
  readonly from: { readonly ip: IpAddress; readonly port: number };
  readonly to: { readonly ip: IpAddress; readonly port: number };
  readonly sequence: number;
  readonly data: Uint8Array;
}

const etherTypes = { 4: 0x0800, 6: 0x86dd } as const;
const protocolTcp = 6;
const hopLimit = 64;
const flagAck = 0x10;
const tcpHeaderBytes = 20;

/** A whole Ethernet frame with an acknowledging segment that acknowledges nothing in particular (RFC 791, 8200, 9293). */
export function encodeTcpFrame(segment: TcpSegment): Uint8Array {
  const { fromMac, toMac, from, to } = segment;
  const type = Buffer.alloc(2);
  type.writeUInt16BE(etherTypes[from.ip.family]);
  const [source, destination] = [ipToBytes(from.ip), ipToBytes(to.ip)];
  const tcp = encodeTcp(segment, source, destination);
  const header = from.ip.family === 4 ? ipv4Header : ipv6Header;
  return Buffer.concat([
    macBytes(toMac),
    macBytes(fromMac),
    type,
    header(source, destination, tcp.length),
    tcp,
  ]);
}

function ipv4Header(source: Uint8Array, destination: Uint8Array, payloadBytes: number): Uint8Array {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(20 + payloadBytes, 2);
  header[8] = hopLimit;
  header[9] = protocolTcp;
  header.set(source, 12);
  header.set(destination, 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
}

function ipv6Header(source: Uint8Array, destination: Uint8Array, payloadBytes: number): Uint8Array {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(payloadBytes, 4);
  header[6] = protocolTcp;
  header[7] = hopLimit;
  header.set(source, 8);
  header.set(destination, 24);
  return header;
}

function encodeTcp(
  { from, to, sequence, data }: TcpSegment,
  ...addresses: readonly Uint8Array[]
): Uint8Array {
  const tcp = Buffer.alloc(tcpHeaderBytes + data.length);
  tcp.writeUInt16BE(from.port, 0);
  tcp.writeUInt16BE(to.port, 2);
  tcp.writeUInt32BE(sequence, 4);
  tcp[12] = (tcpHeaderBytes / 4) << 4;
  tcp[13] = flagAck;
  tcp.set(data, tcpHeaderBytes);
  // The sum is over addresses, protocol and length, too; zeroes between them do not change it.
  const length = Buffer.alloc(4);
  length.writeUInt16BE(protocolTcp, 0);
  length.writeUInt16BE(tcp.length, 2);
  tcp.writeUInt16BE(checksum(Buffer.concat([...addresses, length, tcp])), 16);
  return tcp;
}

/** RFC 1071. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
