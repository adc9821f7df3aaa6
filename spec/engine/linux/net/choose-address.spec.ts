import { describe, expect, test } from 'vitest';
import { type AddressRequest, chooseAddress } from '../../../../src/engine/linux/net/choose-address.ts';
import { renderIp } from '../../../../src/engine/linux/net/ip.ts';
import { cidr } from './network-builders.ts';

const base: AddressRequest = {
  network: 'back',
  container: 'db',
  subnet: cidr('10.20.0.0/24'),
  declared: false,
  taken: new Set(),
};
const chosen = (request: Partial<AddressRequest>): string => renderIp(chooseAddress({ ...base, ...request }));

describe('addresses of members', () => {
  test.each<[string, Partial<AddressRequest>, string]>([
    ['the first is .2: .1 is where a gateway would be', {}, '10.20.0.2'],
    ['the first that is free', { taken: new Set(['10.20.0.2', '10.20.0.3']) }, '10.20.0.4'],
    ['the upper half of a declared subnet, clear of static addresses', { declared: true }, '10.20.0.128'],
    ['a static one', { declared: true, wanted: '10.20.0.5' }, '10.20.0.5'],
    ['IPv6', { subnet: cidr('fd00::/64') }, 'fd00::2'],
    ['a static IPv6', { subnet: cidr('fd00::/64'), declared: true, wanted: 'FD00::0005' }, 'fd00::5'],
  ])('%s', (_name, request, expected) => {
    expect(chosen(request)).toBe(expected);
  });

  test('a subnet is used to its last address, and then it is full', () => {
    const taken = new Set<string>();
    const subnet = cidr('10.20.0.0/29');
    for (const declared of [true, true, true, true, true]) taken.add(chosen({ subnet, declared, taken }));
    expect([...taken].sort()).toEqual(['10.20.0.2', '10.20.0.3', '10.20.0.4', '10.20.0.5', '10.20.0.6']);
    expect(() => chosen({ subnet, taken })).toThrow(
      expect.objectContaining({
        code: 'NETWORK_FAILED',
        message: expect.stringContaining('no address left for db'),
      }),
    );
  });

  test.each<[string, Partial<AddressRequest>, string]>([
    ['no address', { wanted: 'db' }, 'is no IPv4 address'],
    ['the other family', { wanted: 'fd00::2' }, 'is no IPv4 address'],
    ['outside', { wanted: '10.20.1.5' }, 'is outside of 10.20.0.0/24'],
    ['the base', { wanted: '10.20.0.0' }, 'is reserved'],
    ["the gateway's place", { wanted: '10.20.0.1' }, 'is reserved'],
    ['broadcast', { wanted: '10.20.0.255' }, 'is reserved'],
    ['in use', { wanted: '10.20.0.9', taken: new Set(['10.20.0.9']) }, 'is in use'],
    ['static without a declared subnet', { wanted: '10.20.0.9', declared: false }, 'needs a subnet declared'],
  ])('refused: %s', (_name, request, message) => {
    expect(() => chosen({ declared: true, ...request })).toThrow(
      expect.objectContaining({ code: 'SCENARIO_WRONG_VALUE', message: expect.stringContaining(message) }),
    );
  });
});
