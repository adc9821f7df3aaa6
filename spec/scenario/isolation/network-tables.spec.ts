import { describe, expect, test } from 'vitest';
import {
  parseListening,
  parseOwnAddresses,
  parseRoutes4,
  parseRoutes6,
  renderIp,
} from '../../../src/scenario/isolation/network-tables.ts';

const render = (version: 4 | 6, value: bigint): string => renderIp({ version, value });

describe('the host’s /proc/PID/net', () => {
  test('route: ranges, gateways, and nothing of what refuses', () => {
    const text = `Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
eth0 00000000 0100000A 0003 0 0 0 00000000 0 0 0
eth0 0000000A 00000000 0001 0 0 0 00FFFFFF 0 0 0
* FEA9FEA9 00000000 0205 0 0 0 FFFFFFFF 0 0 0
`;
    expect(
      parseRoutes4(text).map((each) => [
        each.interfaceName,
        render(4, each.first),
        render(4, each.last),
        each.hasGateway,
      ]),
    ).toEqual([
      ['eth0', '0.0.0.0', '255.255.255.255', true],
      ['eth0', '10.0.0.0', '10.0.0.255', false],
    ]);
  });

  test('ipv6_route: ranges, gateways, and nothing of what is local or refuses', () => {
    const zeros = '0'.repeat(32);
    const line = (destination: string, length: string, flags: string, name: string): string =>
      `${destination} ${length} ${zeros} 00 ${zeros} 00000100 00000001 00000000 ${flags} ${name}`;
    const network = `fd910007${'0'.repeat(24)}`;
    const text = [
      line(network, '40', '00000001', 'eth0'),
      line(zeros, '00', '00000003', 'eth0'),
      line(network, '80', '80200001', 'lo'),
      line(zeros, '00', '00200200', 'lo'),
    ].join('\n');
    expect(
      parseRoutes6(text).map((each) => [
        each.interfaceName,
        render(6, each.first),
        render(6, each.last),
        each.hasGateway,
      ]),
    ).toEqual([
      ['eth0', 'fd91:7:0:0:0:0:0:0', 'fd91:7:0:0:ffff:ffff:ffff:ffff', false],
      ['eth0', '0:0:0:0:0:0:0:0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', true],
    ]);
  });

  test('fib_trie and if_inet6: each address once', () => {
    const trie = `Main:
  +-- 10.0.0.0/24 2 0 2
     |-- 10.0.0.0
        /24 link UNICAST
     |-- 10.0.0.5
        /32 host LOCAL
Local:
     |-- 10.0.0.5
        /32 host LOCAL
     |-- 10.0.0.255
        /32 link BROADCAST
`;
    expect(parseOwnAddresses(trie, `${'0'.repeat(31)}1 01 80 10 80 lo\n`)).toEqual([
      '10.0.0.5',
      '0:0:0:0:0:0:0:1',
    ]);
  });

  test('tcp, tcp6 and udp: what listens', () => {
    const line = (address: string, state: string): string =>
      `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 0 0 4711 1 0 100`;
    const text = ['  sl local_address', line('0100007F:1F90', '0A'), line('0100007F:1F91', '01')].join('\n');
    const shown = (list: ReturnType<typeof parseListening>) =>
      list.map(({ ip, port, inode }) => `${renderIp(ip)} ${port} ${inode}`);
    expect(shown(parseListening(text, 'tcp'))).toEqual(['127.0.0.1 8080 4711']);
    const text6 = ['  sl local_address', line(`${'0'.repeat(24)}01000000:0035`, '07')].join('\n');
    expect(shown(parseListening(text6, 'udp'))).toEqual(['0:0:0:0:0:0:0:1 53 4711']);
  });
});
