import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Attribute,
  encodeAttributes,
  parseAttributes,
  u32,
} from '../../../../../src/engine/linux/net/netlink/attribute.ts';
import { encodeMessages, parseMessages } from '../../../../../src/engine/linux/net/netlink/message.ts';
import {
  parseAddresses,
  parseLinks,
  parseRoutes,
} from '../../../../../src/engine/linux/net/netlink/parse-facts.ts';
import { parseSockets } from '../../../../../src/engine/linux/net/netlink/sock-diag.ts';

describe('attributes', () => {
  test('have their own length without the padding that follows', () => {
    const bytes = encodeAttributes([
      { type: 3, value: Buffer.from('br0\0') },
      { type: 4, value: Buffer.from([9]) },
    ]);
    expect(Buffer.from(bytes).toString('hex')).toBe('080003006272300005000400' + '09000000');
  });

  test('nest', () => {
    const bytes = encodeAttributes([{ type: 18, value: [{ type: 1, value: u32(7) }] }]);
    expect(Buffer.from(bytes).toString('hex')).toBe('0c001200' + '08000100' + '07000000');
  });

  test('what is encoded is parsed again', () => {
    const value = fc.uint8Array({ maxLength: 40 });
    const list = fc.uniqueArray(fc.record({ type: fc.integer({ min: 1, max: 0x3fff }), value }), {
      selector: ({ type }) => type,
    });
    fc.assert(
      fc.property(list, (attributes: readonly Attribute[]) => {
        const parsed = [...parseAttributes(encodeAttributes(attributes))];
        expect(parsed.map(([type, bytes]) => ({ type, value: Uint8Array.from(bytes) }))).toEqual(attributes);
      }),
    );
  });
});

describe('messages', () => {
  test('stand aligned one after the other, numbered, each to be acknowledged', () => {
    const message = {
      type: 16,
      flags: 0x400,
      header: new Uint8Array(16),
      attributes: [{ type: 3, value: Buffer.from('a\0') }],
    };
    const bytes = Buffer.from(encodeMessages([message, message]));
    expect(bytes.length).toBe(2 * 40);
    for (const [at, sequence] of [
      [0, 1],
      [40, 2],
    ] as const) {
      expect(bytes.readUInt32LE(at)).toBe(40);
      expect(bytes.readUInt16LE(at + 4)).toBe(16);
      expect(bytes.readUInt16LE(at + 6)).toBe(0x400 | 0x1 | 0x4);
      expect(bytes.readUInt32LE(at + 8)).toBe(sequence);
    }
    expect(parseMessages(bytes).map(({ type, sequence }) => [type, sequence])).toEqual([
      [16, 1],
      [16, 2],
    ]);
  });

  test('parsers take any bytes without throwing', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.constantFrom(16, 20, 24), fc.uint8Array({ maxLength: 200 }))
        .map(([type, header]) => encodeMessages([{ type, flags: 0, header, attributes: [] }])),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        parseLinks(bytes);
        parseAddresses(bytes);
        parseRoutes(bytes);
        parseSockets('tcp', parseMessages(bytes));
      }),
    );
  });
});
