import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipFromBytes, ipToBytes, parseIp, renderIp } from '../../../../src/engine/linux/net/ip.ts';

const canonical: readonly (readonly [text: string, rendered: string])[] = [
  ['10.0.0.1', '10.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['FD00:0:0:1::0002', 'fd00:0:0:1::2'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
];

const refused = [
  '',
  '1',
  '1.2.3',
  '01.2.3.4',
  '0x7f.0.0.1',
  '256.0.0.1',
  '1.2.3.4 ',
  'fe80::1%eth0',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  'g::',
  '::1/64',
];

describe('addresses', () => {
  test.each(canonical)('%s is written %s', (text, rendered) => {
    const ip = parseIp(text);
    expect(ip && renderIp(ip)).toBe(rendered);
  });

  test.each(refused)('%j is no address', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  test('any 4 or 16 bytes survive bytes → address → text → address → bytes, and Node reads the same address', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      fc
        .array(fc.constantFrom(0, 0, 0, 1), { minLength: 16, maxLength: 16 })
        .map((bytes) => Uint8Array.from(bytes)),
    );
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const ip = ipFromBytes(bytes);
        if (ip === undefined) throw new Error('not parsed');
        const text = renderIp(ip);
        const again = parseIp(text);
        expect(again && [...ipToBytes(again)]).toEqual([...bytes]);
        const node = new SocketAddress({ address: text, family: ip.family === 4 ? 'ipv4' : 'ipv6' });
        expect(parseIp(node.address)).toEqual(ip);
      }),
    );
  });

  test('any text is taken or refused without throwing', () => {
    fc.assert(fc.property(fc.string(), (text) => [undefined, 4, 6].includes(parseIp(text)?.family)));
  });
});
