import { describe, expect, test } from 'vitest';
import { encodeBatch } from '../../../../../src/engine/linux/net/netfilter/batch.ts';
import {
  type Expression,
  encodeExpressions,
} from '../../../../../src/engine/linux/net/netfilter/expression.ts';
import {
  drop,
  encodeKey,
  isIn,
  part,
  portIndex,
} from '../../../../../src/engine/linux/net/netfilter/match.ts';
import { deleteTable, fillSet, newTable } from '../../../../../src/engine/linux/net/netfilter/table.ts';
import { encodeAttributes } from '../../../../../src/engine/linux/net/netlink/attribute.ts';
import { encodeMessages, parseMessages } from '../../../../../src/engine/linux/net/netlink/message.ts';

const hexOf = (...expressions: readonly Expression[]): string =>
  Buffer.from(encodeAttributes(encodeExpressions(expressions))).toString('hex');

/** Written by hand from linux/netfilter/nf_tables.h: length, type, value; numbers in network order. */
const expressions: readonly { readonly expression: Expression; readonly bytes: string }[] = [
  {
    expression: { kind: 'payload', base: 'network', offset: 12, length: 4, into: 0 },
    bytes:
      '34000100' + // list element
      '0c000100' +
      '7061796c6f616400' + // name: payload
      '24000200' +
      '0800010000000008' + // to word 0
      '0800020000000001' + // network header
      '080003000000000c' +
      '0800040000000004',
  },
  {
    expression: { kind: 'compare', from: 1, how: 'equal', value: Uint8Array.of(0x0a, 7, 0, 1) },
    bytes:
      '2c000100' +
      '08000100' +
      '636d7000' +
      '20000200' +
      '0800010000000009' +
      '0800020000000000' +
      '0c000300' +
      '080001000a070001',
  },
  {
    expression: drop,
    bytes:
      '30000100' +
      '0e000100' +
      '696d6d6564696174650000' +
      '00' +
      '1c000200' +
      '0800010000000000' +
      '10000200' +
      '0c000200' +
      '0800010000000000',
  },
  {
    expression: { kind: 'reset' },
    bytes: '1c000100' + '0b000100' + '72656a65637400' + '00' + '0c000200' + '0800010000000001',
  },
];

describe('tables of nf_tables in bytes', () => {
  test.each(expressions)('$expression.kind', ({ expression, bytes }) => {
    expect(hexOf(expression)).toBe(bytes);
  });

  test('a batch begins and ends, and only the last of what is in it is acknowledged', () => {
    const table = { family: 'bridge', name: 't', chains: [{ name: 'c', rules: [[drop]] }] } as const;
    const bytes = Buffer.from(encodeBatch(newTable(table)));
    const frames = parseMessages(bytes).map(({ type, sequence }) => ({ type, sequence }));
    expect(frames).toEqual([
      { type: 0x10, sequence: 1 },
      { type: 0xa00, sequence: 2 },
      { type: 0xa03, sequence: 3 },
      { type: 0xa06, sequence: 4 },
      { type: 0x11, sequence: 5 },
    ]);
    const flags = [];
    for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) flags.push(bytes.readUInt16LE(at + 6));
    expect(flags.map((each) => (each & 4) !== 0)).toEqual([false, false, false, true, false]);
  });

  test('a key is put together as a rule puts it together, each part padded to a word', () => {
    expect(
      Buffer.from(encodeKey([Uint8Array.of(6), Uint8Array.of(0x15, 0x38), portIndex(1001)])).toString('hex'),
    ).toBe('06000000' + '15380000' + 'e9030000');
    const [first, second, lookup] = isIn('s', [part.protocol, part.destinationPort]);
    expect([first, second, lookup]).toMatchObject([
      { into: 0 },
      { into: 1 },
      { kind: 'lookup', set: 's', from: 0 },
    ]);
  });

  test('many keys go in several messages, none over what an attribute can hold', () => {
    const keys = Array.from({ length: 1_201 }, (_, at) => portIndex(at));
    const messages = fillSet({ family: 'inet', name: 't' }, 's', keys);
    expect(messages).toHaveLength(1 + 3);
    const sizes = parseMessages(encodeMessages(messages)).map(({ payload }) => payload.length);
    expect(Math.max(...sizes)).toBeLessThan(65_536);
  });

  test('a table is deleted by its family and name', () => {
    const [message] = parseMessages(encodeMessages([deleteTable({ family: 'bridge', name: 'mayfly' })]));
    expect(message?.type).toBe(0xa02);
    expect(Buffer.from(message?.payload ?? []).toString('hex')).toBe(
      '07000000' + '0b000100' + '6d6179666c790000',
    );
  });
});
