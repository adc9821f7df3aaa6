import { expect, test } from 'vitest';
import { planDns } from '../../../../../src/engine/linux/net/dns/plan-dns.ts';

test('both sockets are bound to 127.0.0.11:53 inside the container, and handed to the pump', () => {
  const tape = planDns(20, { datagrams: 30, listener: 31, datagramStream: 5, listenerStream: 6 });
  const address = Buffer.from('020000357f00000b0000000000000000', 'hex');
  const flags = 0o2004000;
  expect(tape).toEqual([
    { kind: 'setns', slot: 20, flags: 0x4000_0000 },
    { kind: 'socket', domain: 2, type: 2 | flags, protocol: 0, into: 30 },
    { kind: 'bind', slot: 30, address },
    { kind: 'pump', slot: 30, stream: 5, mode: 4, process: 0 },
    { kind: 'socket', domain: 2, type: 1 | flags, protocol: 0, into: 31 },
    { kind: 'bind', slot: 31, address },
    { kind: 'listen', slot: 31, backlog: 16 },
    { kind: 'pump', slot: 31, stream: 6, mode: 5, process: 0 },
  ]);
});
