import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../../../../src/engine/linux/net/dns/parse-query.ts';
import { queryBytes, u16 } from './dns-messages.ts';

const header = (...counts: readonly number[]): Buffer => u16(7, 0x0100, ...counts);

describe('queries', () => {
  test('id, recursion, name in lower case, type, class, and the question as it came', () => {
    const bytes = queryBytes({ name: 'Db.Example', type: 28 });
    expect(parseQuery(bytes)).toEqual({
      id: 0x1234,
      recursionDesired: true,
      question: { name: 'db.example', type: 28, class: 1, bytes: Uint8Array.from(bytes.subarray(12)) },
    });
  });

  test('EDNS size and version', () => {
    expect(parseQuery(queryBytes({ udpBytes: 4096, ednsVersion: 1 }))).toMatchObject({
      edns: { udpBytes: 4096, version: 1 },
    });
  });

  test('bytes that a name as text cannot hold are escaped, so no label can pretend to be two', () => {
    const question = Buffer.concat([
      Buffer.from([6]),
      Buffer.from('a.b\\ \x00', 'latin1'),
      Buffer.from([0]),
      u16(1, 1),
    ]);
    expect(parseQuery(Buffer.concat([header(1, 0, 0, 0), question]))).toMatchObject({
      question: { name: 'a\\.b\\\\\\032\\000' },
    });
  });

  test.each<[string, Buffer, unknown]>([
    ['an answer is not answered', queryBytes({ flags: 0x8100 }), undefined],
    ['eleven bytes are not answered', queryBytes().subarray(0, 11), undefined],
    ['an update is not implemented', queryBytes({ flags: 5 << 11 }), { id: 0x1234, rcode: 4 }],
    ['no question', header(0, 0, 0, 0), { id: 7, rcode: 1 }],
    ['two questions', header(2, 0, 0, 0), { id: 7, rcode: 1 }],
    ['a question cut short', queryBytes().subarray(0, 17), { id: 0x1234, rcode: 1 }],
    [
      'a name that points to itself',
      Buffer.concat([header(1, 0, 0, 0), u16(0xc00c, 1, 1)]),
      { id: 7, rcode: 1 },
    ],
    [
      'a label of 64 bytes',
      Buffer.concat([
        header(1, 0, 0, 0),
        Buffer.from([64]),
        Buffer.alloc(64, 'a'),
        Buffer.from([0]),
        u16(1, 1),
      ]),
      { id: 7, rcode: 1 },
    ],
    [
      'a name of 256 bytes',
      Buffer.concat([
        header(1, 0, 0, 0),
        Buffer.concat(
          Array.from({ length: 4 }, () => Buffer.concat([Buffer.from([63]), Buffer.alloc(63, 'a')])),
        ),
        Buffer.from([0]),
        u16(1, 1),
      ]),
      { id: 7, rcode: 1 },
    ],
    [
      'records that are not there',
      Buffer.concat([header(1, 0, 0, 9), queryBytes().subarray(12)]),
      { id: 7, rcode: 1 },
    ],
    ['more than 4,096 bytes', Buffer.concat([queryBytes(), Buffer.alloc(4096)]), { id: 0x1234, rcode: 1 }],
  ])('%s', (_name, bytes, expected) => {
    expect(parseQuery(bytes)).toEqual(expected);
  });

  test('any bytes, and any damage to a good query, are taken or refused without throwing', () => {
    const damaged = fc
      .tuple(fc.nat({ max: 40 }), fc.integer({ min: 0, max: 255 }), fc.nat({ max: 45 }))
      .map(([at, byte, length]) => {
        const bytes = queryBytes({ name: 'web.example', udpBytes: 1232 });
        if (at < bytes.length) bytes[at] = byte;
        return bytes.subarray(0, length);
      });
    const headed = fc
      .uint8Array({ maxLength: 600 })
      .map((rest) => Buffer.concat([u16(1, 0x0100, 1, 0, 0, 5), rest]));
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 600 }), damaged, headed),
        (bytes) => void parseQuery(bytes),
      ),
      { numRuns: 2000 },
    );
  });
});
