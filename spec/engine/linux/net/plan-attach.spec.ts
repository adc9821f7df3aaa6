import { describe, expect, test } from 'vitest';
import { renderIp } from '../../../../src/engine/linux/net/ip.ts';
import { parseAttributes, readU32 } from '../../../../src/engine/linux/net/netlink/attribute.ts';
import { IFLA } from '../../../../src/engine/linux/net/netlink/link.ts';
import { parseMessages } from '../../../../src/engine/linux/net/netlink/message.ts';
import {
  parseAddresses,
  parseLinks,
  parseRoutes,
} from '../../../../src/engine/linux/net/netlink/parse-facts.ts';
import {
  type Attachment,
  describeAttachment,
  planConnect,
  planContainerNetwork,
  planDisconnect,
} from '../../../../src/engine/linux/net/plan-attach.ts';
import type { SysctlChoice } from '../../../../src/engine/linux/net/plan-sysctls.ts';
import { member, present } from './network-builders.ts';
import { ofKind, only, sysctlsOf } from './tape-readers.ts';

const slots = { container: 20, scratchNamespace: 90, scratchSocket: 91 };
const sysctls: SysctlChoice = { ipv6: true, singleId: false, declared: {} };
const front: Attachment = {
  network: 'front',
  networkSocket: 11,
  port: 4,
  interfaceNumber: 0,
  ipv4: member('10.9.8.2/24'),
  ipv6: member('fd00:9::2/64'),
};
const back: Attachment = {
  network: 'back',
  networkSocket: 13,
  port: 0,
  interfaceNumber: 1,
  ipv4: member('10.9.9.2/24'),
};

/** The end of the pair in the container, which stands inside of the message for the other. */
function peerOf(messages: Uint8Array): {
  readonly index: number;
  readonly attributes: ReadonlyMap<number, Uint8Array>;
} {
  const link = parseAttributes(present(parseMessages(messages)[0], 'message').payload.subarray(16));
  const info = parseAttributes(link.get(IFLA.LINKINFO) ?? new Uint8Array());
  const data = parseAttributes(info.get(IFLA.INFO_DATA) ?? new Uint8Array());
  const peer = Buffer.from(data.get(IFLA.VETH_INFO_PEER) ?? []);
  return { index: peer.readInt32LE(4), attributes: parseAttributes(peer.subarray(16)) };
}

describe("a container's network", () => {
  test('is set up from inside its namespace, settings before interfaces', () => {
    const tape = planContainerNetwork(slots, sysctls, [front]);
    expect(tape[0]).toMatchObject({ kind: 'setns', slot: 20, flags: 0x4000_0000 });
    const lastSetting = tape.findLastIndex(({ kind }) => kind === 'writeFile');
    const firstLink = tape.findIndex(({ kind }) => kind === 'netlinkWithFd');
    expect(lastSetting).toBeGreaterThan(0);
    expect(firstLink).toBeGreaterThan(lastSetting);
  });

  test('has one pair for each network, on that network’s bridge, the other end in the container', () => {
    const pairs = ofKind(planContainerNetwork(slots, sysctls, [front, back]), 'netlinkWithFd');
    expect(pairs.map(({ slot, fdSlot }) => [slot, fdSlot])).toEqual([
      [11, 90],
      [13, 90],
    ]);
    expect(pairs.flatMap(({ messages }) => parseLinks(messages))).toEqual([
      { index: 1005, name: 'port4', up: true, type: 'veth', mac: 'fe:42:0a:09:08:02', master: 1000 },
      { index: 1001, name: 'port0', up: true, type: 'veth', mac: 'fe:42:0a:09:09:02', master: 1000 },
    ]);
    const peers = pairs.map(({ messages }) => peerOf(messages));
    expect(peers.map(({ index }) => index)).toEqual([1001, 1002]);
    expect(peers.map(({ attributes }) => Buffer.from(attributes.get(IFLA.IFNAME) ?? []).toString())).toEqual([
      'eth0\0',
      'eth1\0',
    ]);
  });

  test('the launcher writes the descriptor’s number exactly over the value of IFLA_NET_NS_FD', () => {
    const { messages, fdOffset } = only(planContainerNetwork(slots, sysctls, [front]), 'netlinkWithFd');
    const patched = Buffer.from(messages);
    patched.writeUInt32LE(4711, fdOffset);
    expect(readU32(peerOf(patched).attributes.get(IFLA.NET_NS_FD))).toBe(4711);
  });

  test('addresses, loopback and interfaces come up in one call; there is no route', () => {
    const { messages } = only(planContainerNetwork(slots, sysctls, [front, back]), 'netlink');
    expect(parseLinks(messages).map(({ index, up }) => [index, up])).toEqual([
      [1, true],
      [1001, true],
      [1002, true],
    ]);
    expect(
      parseAddresses(messages).map(({ index, address, prefixLength, flags }) => [
        index,
        renderIp(address),
        prefixLength,
        flags,
      ]),
    ).toEqual([
      [1001, '10.9.8.2', 24, 2],
      [1001, 'fd00:9::2', 64, 2],
      [1002, '10.9.9.2', 24, 2],
    ]);
    expect(parseRoutes(messages)).toEqual([]);
  });

  test('without networks it is loopback alone', () => {
    const tape = planContainerNetwork(slots, sysctls, []);
    expect(ofKind(tape, 'netlinkWithFd')).toEqual([]);
    expect(parseLinks(only(tape, 'netlink').messages)).toEqual([{ index: 1, name: '', up: true }]);
  });

  test('leaves its scratch slots empty', () => {
    const tape = planContainerNetwork(slots, sysctls, [front]);
    expect(
      ofKind(tape, 'close')
        .map(({ slot }) => slot)
        .sort(),
    ).toEqual([90, 91]);
  });

  test('routes nothing, believes nobody, lets every user ping and bind', () => {
    expect(sysctlsOf(planContainerNetwork(slots, sysctls, []))).toEqual({
      'net/ipv4/ip_forward': '0',
      'net/ipv4/conf/all/rp_filter': '1',
      'net/ipv4/conf/all/arp_ignore': '1',
      'net/ipv4/conf/all/accept_redirects': '0',
      'net/ipv4/conf/default/accept_redirects': '0',
      'net/ipv4/ip_unprivileged_port_start': '0',
      'net/ipv4/ping_group_range': '0 65535',
      'net/ipv6/conf/all/forwarding': '0',
      'net/ipv6/conf/default/accept_ra': '0',
      'net/ipv6/conf/default/accept_redirects': '0',
      'net/ipv6/conf/default/addr_gen_mode': '1',
    });
  });

  test('in single-id mode only group 0 exists to ping', () => {
    expect(
      sysctlsOf(planContainerNetwork(slots, { ...sysctls, singleId: true }, []))['net/ipv4/ping_group_range'],
    ).toBe('0 0');
  });

  test('declared settings of the network have the last word, others are left to others', () => {
    const declared = { 'net.core.somaxconn': '77', 'net.ipv4.conf.all.rp_filter': '2', 'kernel.shmmax': '1' };
    const written = sysctlsOf(planContainerNetwork(slots, { ...sysctls, declared }, []));
    expect([
      written['net/core/somaxconn'],
      written['net/ipv4/conf/all/rp_filter'],
      written['kernel/shmmax'],
    ]).toEqual(['77', '2', undefined]);
  });
});

describe('connect and disconnect', () => {
  test('a network more leaves settings and loopback alone', () => {
    const tape = planConnect(slots, back);
    expect(ofKind(tape, 'writeFile')).toEqual([]);
    expect(parseLinks(only(tape, 'netlink').messages).map(({ index }) => index)).toEqual([1002]);
  });

  test('a network less is its port deleted, from outside', () => {
    const tape = planDisconnect(front);
    expect(tape).toHaveLength(1);
    const [message] = parseMessages(only(tape, 'netlink').messages);
    expect([message?.type, message && Buffer.from(message.payload).readInt32LE(4)]).toEqual([17, 1005]);
  });
});

describe('what a container is told of its attachment', () => {
  test('name, addresses, hardware address', () => {
    expect(describeAttachment(front)).toEqual({
      network: 'front',
      interfaceName: 'eth0',
      mac: '02:42:0a:09:08:02',
      ipv4: '10.9.8.2',
      ipv6: 'fd00:9::2',
    });
  });

  test('a declared hardware address is taken, a malformed one refused', () => {
    expect(describeAttachment({ ...front, mac: '02-AA-00-00-00-01' }).mac).toBe('02:aa:00:00:00:01');
    expect(() => planConnect(slots, { ...front, mac: '01:00:5e:00:00:01' })).toThrow(
      expect.objectContaining({ code: 'SCENARIO_WRONG_VALUE' }),
    );
  });
});
