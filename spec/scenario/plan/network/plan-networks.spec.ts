import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../../src/core/json.ts';
import { parseIp } from '../../../../src/scenario/plan/network/ip-address.ts';
import { overlaps, parseSubnet } from '../../../../src/scenario/plan/network/subnet.ts';
import { planOf, problemsOf } from '../scenario-builder.ts';

const tools = { image: 'tools' };

function network(...subnets: readonly string[]): JsonObject {
  return { ipam: { config: subnets.map((subnet) => ({ subnet })) } };
}

describe('R11 the default network', () => {
  test('R11 it exists when a service names no network', () => {
    expect(planOf({ services: { a: tools } }).networks).toEqual([{ name: 'default', egress: false }]);
  });

  test('R11 it does not exist when nobody needs it', () => {
    const services = { a: { ...tools, networks: ['front'] }, b: { ...tools, network_mode: 'none' } };
    expect(planOf({ networks: { front: null }, services }).networks).toEqual([
      { name: 'front', egress: false },
    ]);
    expect(planOf({ steps: [{ image: 'tools', run: 'true' }] }).networks).toEqual([]);
  });

  test('R11 whoever names it need not declare it', () => {
    expect(planOf({ services: { a: { ...tools, networks: ['default'] } } }).networks).toHaveLength(1);
    expect(planOf({ services: { a: { ...tools, networks: { default: null } } } }).networks).toHaveLength(1);
    const [step] = planOf({ steps: [{ image: 'tools', run: 'true', networks: ['default'] }] }).steps;
    expect(step?.networks).toEqual(['default']);
  });

  test('R11 it can be declared, to open it', () => {
    expect(planOf({ networks: { default: { egress: true } }, services: { a: tools } }).networks).toEqual([
      { name: 'default', egress: true },
    ]);
  });
});

describe('R10 networks', () => {
  test('R10 subnets of both families', () => {
    expect(planOf({ networks: { a: network('10.20.0.0/24', 'fd00:1::/64') } }).networks).toEqual([
      { name: 'a', egress: false, subnet4: '10.20.0.0/24', subnet6: 'fd00:1::/64' },
    ]);
  });

  const mistakes: readonly (readonly [JsonObject, string])[] = [
    [
      { a: { egress: true, internal: true } },
      'SCENARIO_CONFLICT at /networks/a/internal: network `a` is `internal` and has `egress`',
    ],
    [
      { a: network('10.0.0.1/24') },
      'SCENARIO_WRONG_VALUE at /networks/a/ipam/config/0/subnet: `10.0.0.1/24` has bits set to the right of its prefix',
    ],
    [
      { a: network('10.0.0.0/31') },
      'SCENARIO_WRONG_VALUE at /networks/a/ipam/config/0/subnet: `10.0.0.0/31` needs a prefix from /8 to /30',
    ],
    [
      { a: network('10.0.0.0') },
      'SCENARIO_WRONG_VALUE at /networks/a/ipam/config/0/subnet: `10.0.0.0` is no subnet in CIDR notation, such as 10.20.0.0/24',
    ],
    [
      { a: network('127.1.0.0/16') },
      'SCENARIO_WRONG_VALUE at /networks/a/ipam/config/0/subnet: `127.1.0.0/16` lies in 127.0.0.0/8, which is reserved',
    ],
    [
      { a: network('fe80::/64') },
      'SCENARIO_WRONG_VALUE at /networks/a/ipam/config/0/subnet: `fe80::/64` lies in fe80::/10, which is reserved',
    ],
    [
      { a: network('10.0.0.0/24', '10.1.0.0/24') },
      'SCENARIO_CONFLICT at /networks/a/ipam/config/1/subnet: a network has at most one IPv4 subnet',
    ],
    [
      { a: network('10.0.0.0/16'), b: network('10.0.5.0/24') },
      'SCENARIO_CONFLICT at /networks/b/ipam/config/0/subnet: 10.0.5.0/24 overlaps 10.0.0.0/16 of network `a`',
    ],
  ];

  test.each(mistakes)('R10 a network that cannot be: %j', (networks, problem) => {
    expect(problemsOf({ networks })).toEqual([problem]);
  });
});

describe('R13 addresses of members', () => {
  const networks = { back: network('10.20.0.0/24', 'fd00:1::/64'), front: null };
  const member = (back: JsonObject): JsonObject => ({ ...tools, networks: { back } });

  test('R13 aliases and static addresses', () => {
    const settings = {
      aliases: ['db'],
      ipv4_address: '10.20.0.5',
      ipv6_address: 'fd00:1::5',
      mac_address: '02-42-AC-11-00-02',
    };
    const plan = planOf({
      networks,
      services: { a: { ...tools, networks: { back: settings, front: null } } },
    });
    expect(plan.services[0]?.container.network).toEqual({
      kind: 'attached',
      attachments: [
        { network: 'back', aliases: ['db'], ipv4: '10.20.0.5', ipv6: 'fd00:1::5', mac: '02:42:ac:11:00:02' },
        { network: 'front', aliases: [] },
      ],
    });
  });

  const mistakes: readonly (readonly [JsonObject, string])[] = [
    [
      { a: member({ ipv4_address: '10.21.0.5' }) },
      'SCENARIO_WRONG_VALUE at /services/a/networks/back/ipv4_address: 10.21.0.5 is not in 10.20.0.0/24',
    ],
    [
      { a: member({ ipv4_address: '10.20.0.0' }) },
      'SCENARIO_WRONG_VALUE at /services/a/networks/back/ipv4_address: 10.20.0.0 is the address of the network 10.20.0.0/24 itself',
    ],
    [
      { a: member({ ipv4_address: '10.20.0.255' }) },
      'SCENARIO_WRONG_VALUE at /services/a/networks/back/ipv4_address: 10.20.0.255 is the broadcast address of 10.20.0.0/24',
    ],
    [
      { a: member({ ipv4_address: 'fd00:1::5' }) },
      'SCENARIO_WRONG_VALUE at /services/a/networks/back/ipv4_address: `fd00:1::5` is no IPv4 address',
    ],
    [
      { a: member({ mac_address: '01:00:00:00:00:01' }) },
      'SCENARIO_WRONG_VALUE at /services/a/networks/back/mac_address: `01:00:00:00:00:01` is a multicast address',
    ],
    [
      { a: member({ ipv6_address: 'fd00:1::5' }), b: member({ ipv6_address: 'fd00:1:0::0005' }) },
      'SCENARIO_CONFLICT at /services/b/networks/back/ipv6_address: fd00:1:0::0005 is already the address of `a`',
    ],
    [
      { a: { ...tools, networks: { front: { ipv4_address: '10.0.0.1' } } } },
      'SCENARIO_CONFLICT at /services/a/networks/front/ipv4_address: network `front` has no IPv4 subnet of its own',
    ],
    [
      { a: { ...tools, networks: ['frond'] } },
      'SCENARIO_UNDECLARED at /services/a/networks/0: network `frond` is not declared',
    ],
    [
      { a: { ...tools, networks: ['front', 'front'] } },
      'SCENARIO_CONFLICT at /services/a/networks/1: network `front` is named twice',
    ],
  ];

  test.each(mistakes)('R13 an address that cannot be: %j', (services, problem) => {
    expect(problemsOf({ networks, services })).toEqual([problem]);
  });
});

test.each<readonly [string, bigint | undefined]>([
  ['::', 0n],
  ['::1', 1n],
  ['1::', 1n << 112n],
  ['1:2:3:4:5:6:7:8', 0x0001_0002_0003_0004_0005_0006_0007_0008n],
  ['::ffff:10.0.0.1', 0xffff_0a00_0001n],
  ['fe80::1%eth0', undefined],
  ['1.2.3', undefined],
  ['', undefined],
])('an address as a number: %s', (text, value) => {
  expect(parseIp(text)?.value).toBe(value);
});

test('two subnets overlap exactly when an address is in both', () => {
  const cidr = fc.tuple(fc.integer({ min: 8, max: 12 }), fc.nat(15)).map(([prefix, bits]) => {
    const value = ((10 << 24) | (bits << 20)) >>> 0;
    const masked = (value & (~0 << (32 - prefix))) >>> 0;
    return `${masked >>> 24}.${(masked >>> 16) & 255}.${(masked >>> 8) & 255}.${masked & 255}/${prefix}`;
  });
  fc.assert(
    fc.property(cidr, cidr, (first, second) => {
      const [one, other] = [parseSubnet(first), parseSubnet(second)];
      if (typeof one === 'string' || typeof other === 'string') throw new Error(`${first} ${second}`);
      const contained = one.first >= other.first && one.first <= other.last;
      const containing = other.first >= one.first && other.first <= one.last;
      expect(overlaps(one, other)).toBe(contained || containing);
      const value: Json = overlaps(other, one);
      expect(value).toBe(overlaps(one, other));
    }),
  );
});
