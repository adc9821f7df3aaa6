import { describe, expect, test } from 'vitest';
import {
  type DnsRecord,
  encodeBadQuery,
  encodeResponse,
  responseLimit,
} from '../../../../../src/engine/linux/net/dns/encode-response.ts';
import { parseQuery } from '../../../../../src/engine/linux/net/dns/parse-query.ts';
import type { DnsQuery } from '../../../../../src/engine/linux/net/dns/query.ts';
import { ip } from '../network-builders.ts';
import { type QueryFields, queryBytes } from './dns-messages.ts';

function query(fields: Partial<QueryFields> = {}): DnsQuery {
  const parsed = parseQuery(queryBytes(fields));
  if (parsed === undefined || 'rcode' in parsed) throw new Error('not a query');
  return parsed;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const addresses = (count: number): DnsRecord[] =>
  Array.from({ length: count }, () => ({ kind: 'address', address: ip('10.0.0.1') }));

describe('answers', () => {
  test('header, the question with its letter case, records that point back to its name', () => {
    const records: DnsRecord[] = [{ kind: 'address', address: ip('10.0.0.2') }];
    expect(hex(encodeResponse(query({ name: 'Db' }), 0, records, 512))).toBe(
      '1234858000010001' + '00000000' + '0244620000010001' + 'c00c00010001000000010004' + '0a000002',
    );
  });

  test('AAAA and PTR', () => {
    expect(
      hex(encodeResponse(query({ type: 28 }), 0, [{ kind: 'address', address: ip('fd00::2') }], 512)),
    ).toContain('001c000100000001' + '0010fd00');
    expect(hex(encodeResponse(query({ type: 12 }), 0, [{ kind: 'pointer', name: 'db' }], 512))).toContain(
      '000c000100000001' + '0004' + '02646200',
    );
  });

  test('no such name', () => {
    expect(hex(encodeResponse(query(), 3, [], 512)).slice(0, 24)).toBe('123485830001000000000000');
  });

  test('EDNS is answered with EDNS, a high code in its upper bits', () => {
    const bytes = Buffer.from(encodeResponse(query({ udpBytes: 4096, ednsVersion: 1 }), 16, [], 1232));
    expect(bytes.readUInt16BE(10)).toBe(1);
    expect(hex(bytes.subarray(-11))).toBe('00002904d0010000000000');
  });

  test.each<[string, Partial<QueryFields>, 'udp' | 'tcp', number]>([
    ['512 without EDNS', {}, 'udp', 512],
    ['what the client takes', { udpBytes: 1000 }, 'udp', 1000],
    ['never below 512', { udpBytes: 10 }, 'udp', 512],
    ['never above 1232', { udpBytes: 65_000 }, 'udp', 1232],
    ['all over TCP', {}, 'tcp', 65_535],
  ])('size: %s', (_name, fields, transport, limit) => {
    expect(responseLimit(query(fields), transport)).toBe(limit);
  });

  test('an answer that does not fit is left out whole and marked as truncated', () => {
    const whole = Buffer.from(encodeResponse(query(), 0, addresses(30), 512));
    const cut = Buffer.from(encodeResponse(query(), 0, addresses(31), 512));
    expect([whole.readUInt16BE(2) & 0x0200, whole.readUInt16BE(6), whole.length]).toEqual([
      0,
      30,
      12 + 8 + 30 * 16,
    ]);
    expect([cut.readUInt16BE(2) & 0x0200, cut.readUInt16BE(6), cut.length]).toEqual([0x0200, 0, 12 + 8]);
  });

  test('what could not be read is answered with its id and the code alone', () => {
    expect(hex(encodeBadQuery({ id: 0xabcd, rcode: 1 }))).toBe('abcd80810000000000000000');
  });
});
