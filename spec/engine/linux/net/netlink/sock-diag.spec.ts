import { describe, expect, test } from 'vitest';
import { ipToBytes, parseIp, renderIp } from '../../../../../src/engine/linux/net/ip.ts';
import { encodeMessages, parseMessages } from '../../../../../src/engine/linux/net/netlink/message.ts';
import {
  dumpConnections,
  dumpSockets,
  parseConnections,
  parseSockets,
} from '../../../../../src/engine/linux/net/netlink/sock-diag.ts';

/** As the kernel answers: struct inet_diag_msg. */
function answer(address: string, port: number, remote = address, remotePort = 0): Uint8Array {
  const [ip, remoteIp] = [parseIp(address), parseIp(remote)];
  const header = Buffer.alloc(72);
  header[0] = ip?.family === 4 ? 2 : 10;
  header.writeUInt16BE(port, 4);
  header.writeUInt16BE(remotePort, 6);
  header.set(ip === undefined ? [] : ipToBytes(ip), 8);
  header.set(remoteIp === undefined ? [] : ipToBytes(remoteIp), 24);
  return encodeMessages([{ type: 20, flags: 0, header, attributes: [] }]);
}

describe('sockets that wait', () => {
  test('asks for the one state in which such a socket is', () => {
    const states = (protocol: 'tcp' | 'udp'): number =>
      Buffer.from(dumpSockets(protocol, 6).header).readUInt32LE(4);
    expect([states('tcp'), states('udp')]).toEqual([1 << 10, 1 << 7]);
    expect([...dumpSockets('udp', 6).header.subarray(0, 2)]).toEqual([10, 17]);
    expect([...dumpSockets('tcp', 4).header.subarray(0, 2)]).toEqual([2, 6]);
  });

  test('gives each address and port once, in both families', () => {
    const reply = Buffer.concat([
      answer('0.0.0.0', 80),
      answer('0.0.0.0', 80),
      answer('::', 8080),
      answer('127.0.0.1', 53),
    ]);
    expect(parseSockets('tcp', parseMessages(reply))).toEqual([
      { protocol: 'tcp', address: '0.0.0.0', port: 80 },
      { protocol: 'tcp', address: '::', port: 8080 },
      { protocol: 'tcp', address: '127.0.0.1', port: 53 },
    ]);
  });

  test("Mayfly's own name server and sockets without a port are not among them", () => {
    const reply = Buffer.concat([answer('127.0.0.11', 53), answer('0.0.0.0', 0), answer('127.0.0.11', 54)]);
    expect(parseSockets('udp', parseMessages(reply))).toEqual([
      { protocol: 'udp', address: '127.0.0.11', port: 54 },
    ]);
  });
});

describe('TCP connections', () => {
  test('asks for every state with somebody at the other end', () => {
    const states = Buffer.from(dumpConnections(4).header).readUInt32LE(4);
    expect(states.toString(2)).toBe('101100110010');
  });

  test('gives both ends, and the IPv4 address that an IPv6 socket has on the line', () => {
    const reply = Buffer.concat([
      answer('10.0.0.1', 80, '10.0.0.2', 40_000),
      answer('fd00::1', 81, 'fd00::2', 40_001),
      answer('::ffff:10.0.0.1', 82, '::ffff:10.0.0.2', 40_002),
    ]);
    const found = parseConnections(parseMessages(reply)).map(({ local, remote }) =>
      [local, remote].map(({ ip, port }) => `${renderIp(ip)} ${port}`).join(' > '),
    );
    expect(found).toEqual([
      '10.0.0.1 80 > 10.0.0.2 40000',
      'fd00::1 81 > fd00::2 40001',
      '10.0.0.1 82 > 10.0.0.2 40002',
    ]);
  });
});
