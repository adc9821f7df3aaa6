import { ipToBytes } from '../../../../src/engine/linux/net/ip.ts';
import { parseMac } from '../../../../src/engine/linux/net/mac.ts';
import { ip, present } from '../net/network-builders.ts';

/** Who a frame says it is from, or is for. */
export interface Station {
  readonly mac: string;
  readonly address: string;
}

const be16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const macOf = (mac: string): Uint8Array => present(parseMac(mac), mac);
const addressOf = (address: string): Uint8Array => ipToBytes(ip(address));

/** RFC 1071 */
function checksum(...parts: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return be16(~sum & 0xffff);
}

interface FrameChoice {
  /** Of the frame itself; by default the station's. */
  readonly etherSource?: string;
  readonly etherDestination?: string;
  /** 802.1Q, priority only: receivers take the frame as if it had no tag. */
  readonly isTagged?: boolean;
}

function frame(from: Station, to: Station, type: number, payload: Uint8Array, choice: FrameChoice): string {
  const tag = choice.isTagged === true ? Buffer.from([0x81, 0, 0, 0]) : Buffer.alloc(0);
  const destination = choice.etherDestination?.replaceAll(':', '');
  return Buffer.concat([
    destination === undefined ? macOf(to.mac) : Buffer.from(destination, 'hex'),
    macOf(choice.etherSource ?? from.mac),
    tag,
    be16(type),
    payload,
  ]).toString('hex');
}

function pseudoHeader(from: Station, to: Station, protocol: number, length: number): Uint8Array {
  return Buffer.concat([addressOf(from.address), addressOf(to.address), be16(length), be16(protocol)]);
}

function ipPacket(
  from: Station,
  to: Station,
  protocol: number,
  payload: Uint8Array,
): readonly [number, Buffer] {
  const addresses = Buffer.concat([addressOf(from.address), addressOf(to.address)]);
  if (to.address.includes(':')) {
    const header = Buffer.from([0x60, 0, 0, 0, ...be16(payload.length), protocol, 255]);
    return [0x86dd, Buffer.concat([header, addresses, payload])];
  }
  const head = Buffer.from([0x45, 0, ...be16(20 + payload.length), 0, 0, 0x40, 0, 64, protocol]);
  return [0x0800, Buffer.concat([head, checksum(head, addresses), addresses, payload])];
}

/** A UDP datagram from port 9000. */
export function udpFrame(
  from: Station,
  to: Station,
  port: number,
  text: string,
  choice: FrameChoice = {},
): string {
  const data = Buffer.from(text.length % 2 === 0 ? text : `${text} `);
  const head = Buffer.concat([be16(9000), be16(port), be16(8 + data.length)]);
  const sum = checksum(pseudoHeader(from, to, 17, 8 + data.length), head, data);
  const [type, packet] = ipPacket(from, to, 17, Buffer.concat([head, sum, data]));
  return frame(from, to, type, packet, choice);
}

/** An ICMP error, port unreachable, that quotes a datagram `to` had sent to `quoted`. */
export function icmpErrorFrame(
  from: Station,
  to: Station,
  quoted: Station,
  ports: readonly [number, number],
): string {
  const udp = Buffer.concat([be16(ports[0]), be16(ports[1]), be16(12), be16(0), Buffer.from('ask?')]);
  const [, packet] = ipPacket(to, quoted, 17, udp);
  const head = Buffer.from([3, 3]);
  const rest = Buffer.concat([Buffer.alloc(4), packet]);
  const [type, whole] = ipPacket(from, to, 1, Buffer.concat([head, checksum(head, rest), rest]));
  return frame(from, to, type, whole, {});
}

/** RFC 826: asks `to` for its address, and so tells it that `claimed.address` is at `claimed.mac`. */
export function arpRequestFrame(claimed: Station, to: Station, choice: FrameChoice = {}): string {
  const payload = Buffer.concat([
    Buffer.from([0, 1, 8, 0, 6, 4, 0, 1]),
    macOf(claimed.mac),
    addressOf(claimed.address),
    macOf(to.mac),
    addressOf(to.address),
  ]);
  return frame(claimed, to, 0x0806, payload, choice);
}

/** RFC 4861: an advertisement from `from` that `claimed.address` is at `claimed.mac`, whatever was known before. */
export function advertisementFrame(
  from: Station,
  claimed: Station,
  to: Station,
  choice: FrameChoice = {},
): string {
  const head = Buffer.from([136, 0]);
  const rest = Buffer.concat([
    Buffer.from([0x60, 0, 0, 0]),
    addressOf(claimed.address),
    Buffer.from([2, 1]),
    macOf(claimed.mac),
  ]);
  const sum = checksum(pseudoHeader(from, to, 58, head.length + 2 + rest.length), head, rest);
  const [type, packet] = ipPacket(from, to, 58, Buffer.concat([head, sum, rest]));
  return frame(from, to, type, packet, choice);
}
