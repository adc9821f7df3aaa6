import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkSpec } from '../../../../src/core/container.ts';
import { cidrsOverlap, renderCidr } from '../../../../src/engine/linux/net/cidr.ts';
import { allocateSubnets, type PoolOptions } from '../../../../src/engine/linux/net/subnet-pool.ts';
import { cidr } from './network-builders.ts';

const options: PoolOptions = { seed: 7, hostRanges: [], ipv6: true };
const network = (name: string, rest: Partial<NetworkSpec> = {}): NetworkSpec => ({
  name,
  egress: false,
  ...rest,
});
const many = (count: number): NetworkSpec[] => Array.from({ length: count }, (_, at) => network(`n${at}`));

describe('subnets', () => {
  test('the pool gives a /24 below 10/8 and a ULA /64', () => {
    const [front] = allocateSubnets([network('front')], options);
    expect(front && renderCidr(front.subnet4)).toMatch(/^10\.\d+\.\d+\.0\/24$/);
    expect(front?.subnet6 && renderCidr(front.subnet6)).toMatch(/^fd.*::\/64$/);
    expect([front?.declared4, front?.declared6]).toEqual([false, false]);
  });

  test('the same seed gives the same subnets', () => {
    expect(allocateSubnets(many(5), options)).toEqual(allocateSubnets(many(5), options));
    expect(allocateSubnets(many(5), options)).not.toEqual(allocateSubnets(many(5), { ...options, seed: 8 }));
  });

  test('networks of a run are apart from each other, from declared ones and from the ranges of the host', () => {
    const hostRanges = [cidr('10.0.0.0/9'), cidr('fd00::/9')];
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const networks = [...many(30), network('own', { subnet4: '10.128.0.0/10' })];
        const all = allocateSubnets(networks, { seed, hostRanges, ipv6: true });
        const ranges = [
          ...all.flatMap(({ subnet4, subnet6 }) => (subnet6 ? [subnet4, subnet6] : [subnet4])),
          ...hostRanges,
        ];
        ranges.forEach((a, at) => {
          for (const b of ranges.slice(at + 1))
            expect(cidrsOverlap(a, b), `${renderCidr(a)} ${renderCidr(b)}`).toBe(false);
        });
      }),
      { numRuns: 20 },
    );
  });

  test('a declared subnet is taken as it is', () => {
    const [back] = allocateSubnets(
      [network('back', { subnet4: '10.20.0.0/24', subnet6: 'fd20::/64' })],
      options,
    );
    expect(back && [renderCidr(back.subnet4), back.declared4, back.declared6]).toEqual([
      '10.20.0.0/24',
      true,
      true,
    ]);
  });

  test('whoever declares an IPv4 subnet only gets no IPv6', () => {
    const [back] = allocateSubnets([network('back', { subnet4: '10.20.0.0/24' })], options);
    expect(back?.subnet6).toBeUndefined();
  });

  test('without IPv6 on the host there is none', () => {
    expect(
      allocateSubnets([network('a', { subnet6: 'fd20::/64' })], { ...options, ipv6: false })[0],
    ).not.toHaveProperty('subnet6');
  });

  test.each([
    ['10.20.0.1/24', 'is no IPv4 subnet'],
    ['10.20.0.0/30', 'is no IPv4 subnet'],
    ['0.0.0.0/0', 'is no IPv4 subnet'],
    ['fd00::/64', 'is no IPv4 subnet'],
    ['ten', 'is no IPv4 subnet'],
  ])('%s is refused', (subnet4, message) => {
    expect(() => allocateSubnets([network('a', { subnet4 })], options)).toThrow(
      expect.objectContaining({ code: 'SCENARIO_WRONG_VALUE', message: expect.stringContaining(message) }),
    );
  });

  test('two declared subnets that overlap are refused, both named', () => {
    const networks = [network('a', { subnet4: '10.20.0.0/16' }), network('b', { subnet4: '10.20.3.0/24' })];
    expect(() => allocateSubnets(networks, options)).toThrow(
      'networks a (10.20.0.0/16) and b (10.20.3.0/24) overlap',
    );
  });

  test('a pool that the host covers is an error, not a loop', () => {
    const covered = { ...options, hostRanges: [cidr('10.0.0.0/8')] };
    expect(() => allocateSubnets([network('a')], covered)).toThrow(
      expect.objectContaining({ code: 'NETWORK_FAILED' }),
    );
  });
});
