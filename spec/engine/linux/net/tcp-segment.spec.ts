import { describe, expect, test } from 'vitest';
import { ipToBytes } from '../../../../src/engine/linux/net/ip.ts';
import { encodeTcpFrame } from '../../../../src/engine/linux/net/tcp-segment.ts';
import { ip } from './network-builders.ts';

const cases = [
  { family: 4, from: '10.0.0.2', to: '10.0.0.3', ipBytes: 20 },
  { family: 6, from: 'fd00::2', to: 'fd00::ffff:3', ipBytes: 40 },
] as const;

/** RFC 1071: with its own sum in it, what is right sums up to all ones. */
function sumOf(...parts: readonly Uint8Array[]): number {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt8(at) * 256 + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return sum;
}

describe('a TCP segment as a frame', () => {
  test.each(cases)('IPv$family: addresses, lengths and sums are right', ({ family, from, to, ipBytes }) => {
    const frame = Buffer.from(
      encodeTcpFrame({
        fromMac: '02:42:0a:00:00:02',
        toMac: '02:42:0a:00:00:03',
        from: { ip: ip(from), port: 7 },
        to: { ip: ip(to), port: 40_000 },
        sequence: 0xfedc_ba98,
        data: Uint8Array.of(1, 2, 3),
      }),
    );
    expect(frame.subarray(0, 14).toString('hex')).toBe(
      `02420a00000302420a000002${family === 4 ? '0800' : '86dd'}`,
    );
    const header = frame.subarray(14, 14 + ipBytes);
    const tcp = frame.subarray(14 + ipBytes);
    const [source, destination] = [ipToBytes(ip(from)), ipToBytes(ip(to))];
    expect(header.subarray(-2 * source.length)).toEqual(Buffer.concat([source, destination]));
    expect(family === 4 ? header.readUInt16BE(2) : 40 + header.readUInt16BE(4)).toBe(ipBytes + tcp.length);
    if (family === 4) expect(sumOf(header)).toBe(0xffff);
    expect([tcp.readUInt16BE(0), tcp.readUInt16BE(2), tcp.readUInt32BE(4)]).toEqual([7, 40_000, 0xfedc_ba98]);
    expect([...tcp.subarray(20)]).toEqual([1, 2, 3]);
    expect(sumOf(source, destination, Uint8Array.of(0, 6, 0, tcp.length), tcp)).toBe(0xffff);
  });
});
