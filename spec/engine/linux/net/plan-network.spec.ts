import { describe, expect, test } from 'vitest';
import { parseMessages } from '../../../../src/engine/linux/net/netlink/message.ts';
import { parseLinks } from '../../../../src/engine/linux/net/netlink/parse-facts.ts';
import { planNetwork } from '../../../../src/engine/linux/net/plan-network.ts';
import { only, sysctlsOf } from './tape-readers.ts';

const slots = { namespace: 10, socket: 11 };

describe('a network', () => {
  test('is a new namespace, kept by descriptor, with a socket of its own', () => {
    const tape = planNetwork(slots, true);
    expect(tape[0]).toMatchObject({ kind: 'unshare', flags: 0x4000_0000 });
    expect(only(tape, 'open')).toMatchObject({ path: '/proc/self/ns/net', into: 10 });
    expect(only(tape, 'socket')).toMatchObject({ into: 11 });
  });

  test('has a bridge without addresses, made, told to have none and brought up in one go', () => {
    const { messages } = only(planNetwork(slots, true), 'netlink');
    expect(parseLinks(messages)).toEqual([
      { index: 1000, name: 'br0', up: false, type: 'bridge', mac: '02:4d:46:59:00:01' },
      { index: 1000, name: '', up: false },
      { index: 1000, name: '', up: true },
    ]);
    expect(parseMessages(messages).every(({ type }) => type === 16)).toBe(true);
  });

  test('forwards nothing and has no IPv6 of its own', () => {
    expect(sysctlsOf(planNetwork(slots, true))).toEqual({
      'net/ipv4/ip_forward': '0',
      'net/ipv6/conf/all/forwarding': '0',
      'net/ipv6/conf/all/disable_ipv6': '1',
      'net/ipv6/conf/default/disable_ipv6': '1',
    });
  });

  test('touches no IPv6 setting where the kernel has none', () => {
    expect(Object.keys(sysctlsOf(planNetwork(slots, false)))).toEqual(['net/ipv4/ip_forward']);
    expect(parseLinks(only(planNetwork(slots, false), 'netlink').messages)).toHaveLength(2);
  });
});
