import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressAt,
  cidrContains,
  cidrOf,
  cidrSize,
  cidrsOverlap,
  parseCidr,
  parseInterfaceCidr,
  renderCidr,
} from '../../../../src/engine/linux/net/cidr.ts';
import { ip } from './network-builders.ts';

const family4 = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }), fc.integer({ min: 0, max: 32 }))
  .map(([value, length]) => cidrOf({ family: 4, value }, length));

describe('ranges', () => {
  test.each(['10.0.0.0/8', '0.0.0.0/0', '192.0.2.1/32', 'fd00::/64', '::1/128'])('%s is a range', (text) => {
    const cidr = parseCidr(text);
    expect(cidr && renderCidr(cidr)).toBe(text);
  });

  test.each([
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'fd00::1/64',
    '/8',
    '10.0.0.0/ 8',
  ])('%s is none', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  test('an interface has an address and the range it lies in', () => {
    const parsed = parseInterfaceCidr('192.0.2.7/24');
    expect(parsed?.address).toEqual(ip('192.0.2.7'));
    expect(parsed && renderCidr(parsed.cidr)).toBe('192.0.2.0/24');
  });

  test('a range contains its first and last address and not their neighbours', () => {
    fc.assert(
      fc.property(family4, (cidr) => {
        const size = cidrSize(cidr);
        const inside = [0n, size - 1n].map((at) => cidrContains(cidr, addressAt(cidr, at)));
        const outside = [-1n, size].map((at) => cidrContains(cidr, addressAt(cidr, at)));
        expect([...inside, ...outside]).toEqual([true, true, false, false]);
      }),
    );
  });

  test('overlapping is symmetric, and means sharing an address', () => {
    fc.assert(
      fc.property(family4, family4, (a, b) => {
        const shares = a.base.value < b.base.value + cidrSize(b) && b.base.value < a.base.value + cidrSize(a);
        expect([cidrsOverlap(a, b), cidrsOverlap(b, a)]).toEqual([shares, shares]);
      }),
    );
  });

  test('families never overlap', () => {
    expect(cidrsOverlap(cidrOf(ip('0.0.0.0'), 0), cidrOf(ip('::'), 0))).toBe(false);
  });
});
