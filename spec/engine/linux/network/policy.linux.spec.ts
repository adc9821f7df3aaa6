import { expect, test } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import type { AllowedEdge } from '../../../../src/core/network-policy.ts';
import { describeRequiring } from '../../../requires.ts';
import { inSandbox } from '../../contract/contract-kit.ts';
import { addressOf, openNetworkBed, runIn, startIdle } from './network-bed.ts';
import { reached, server, targets, withPolicy } from './policy-bed.ts';
import { compileRawNetwork } from './raw-network.ts';

let rawNetwork = '';
const subject = openNetworkBed((directory) => {
  rawNetwork = compileRawNetwork(directory); // where it lies in containers, too
  return [rawNetwork];
});

async function pings(from: Container, to: Container): Promise<readonly string[]> {
  const answers = (['ipv4', 'ipv6'] as const).map((family) =>
    runIn(from, [rawNetwork, 'ping', addressOf(to, 'back', family)]),
  );
  return (await Promise.all(answers)).map(({ stdout, stderr }) => (stdout || stderr).trim());
}

const both = (word: string): readonly string[] => [word, word];
const port = 7000;

describeRequiring(
  ['userns', 'overlay', 'net', 'ipv6', 'policies-stateful'],
  'policies in the kernel (R12)',
  () => {
    test.each(['tcp', 'udp'] as const)(
      'R12 %s: its edge, its port, its direction, in both families',
      (protocol) =>
        inSandbox(
          subject,
          async (bench) => {
            const [web, db] = await Promise.all([server(bench, 'web'), server(bench, 'db')]);
            const [from, to] = [web.container, db.container];
            const other = protocol === 'tcp' ? 'udp' : 'tcp';
            expect(await reached(from, ...targets(to, protocol, port))).toEqual(both('echo'));
            expect(await reached(from, ...targets(to, protocol, 7001)), 'another port').toEqual(
              both('silent'),
            );
            expect(await reached(from, ...targets(to, other, port)), 'another protocol').toEqual(
              both('silent'),
            );
            expect(await reached(to, ...targets(from, protocol, port)), 'another direction').toEqual(
              both('silent'),
            );
            expect(await pings(from, to)).toEqual(both('silent'));
          },
          withPolicy({ from: ['web'], to: ['db'], protocol, port }),
        ),
    );

    test('R12 icmp: who may ping whom, and nothing else', () =>
      inSandbox(
        subject,
        async (bench) => {
          const [web, db] = await Promise.all([server(bench, 'web'), server(bench, 'db')]);
          expect(await pings(web.container, db.container)).toEqual(both('answered'));
          expect(await pings(db.container, web.container)).toEqual(both('silent'));
          expect(await reached(web.container, ...targets(db.container, 'tcp', port))).toEqual(both('silent'));
        },
        withPolicy({ from: ['web'], to: ['db'], protocol: 'icmp' }),
      ));

    test('R12 an error of a host is heard by who asked it', () =>
      inSandbox(
        subject,
        async (bench) => {
          const web = await startIdle(bench, 'web', 'back');
          const db = await startIdle(bench, 'db', 'back');
          const refused = `
          const socket = require('node:dgram').createSocket(process.argv[1].includes(':') ? 'udp6' : 'udp4');
          socket.connect(7000, process.argv[1], () => socket.send('x'));
          socket.on('error', ({ code }) => { console.log(code); process.exit(); });
          setTimeout(() => { console.log('silent'); process.exit(); }, 1000);`;
          for (const family of ['ipv4', 'ipv6'] as const) {
            const { stdout } = await runIn(web, ['node', '-e', refused, addressOf(db, 'back', family)]);
            expect(stdout.trim(), family).toBe('ECONNREFUSED');
          }
        },
        withPolicy({ from: ['web'], to: ['db'], protocol: 'udp', port }),
      ));

    test('R12 much passes through one connection, and large datagrams that travel in fragments', () =>
      inSandbox(
        subject,
        async (bench) => {
          const [web, db] = await Promise.all([server(bench, 'web'), server(bench, 'db')]);
          const sum = `
          const bytes = 64 << 20, chunk = Buffer.alloc(1 << 20, 'x');
          const socket = require('node:net').connect(7000, 'db');
          let sent = 0, back = 0;
          const more = () => { while (sent < bytes && socket.write(chunk)) sent += chunk.length; };
          socket.on('drain', () => { sent += chunk.length; more(); }).on('connect', more);
          socket.on('data', (data) => { back += data.length; if (back >= bytes) { console.log('all'); process.exit(); } });`;
          expect((await runIn(web.container, ['node', '-e', sum])).stdout.trim()).toBe('all');
          const large = `
          const host = process.argv[1];
          const socket = require('node:dgram').createSocket(host.includes(':') ? 'udp6' : 'udp4');
          socket.on('message', (text) => { console.log(text.length); process.exit(); });
          socket.send(Buffer.alloc(20000, 'x'), 7000, host);
          setTimeout(() => { console.log('silent'); process.exit(); }, 2000);`;
          for (const family of ['ipv4', 'ipv6'] as const) {
            const address = addressOf(db.container, 'back', family);
            expect((await runIn(web.container, ['node', '-e', large, address])).stdout.trim(), family).toBe(
              '20000',
            );
          }
        },
        withPolicy(
          { from: ['web'], to: ['db'], protocol: 'tcp', port },
          { from: ['web'], to: ['db'], protocol: 'udp', port },
        ),
      ));

    test('R12 what a policy of many edges allows is what it says', () =>
      inSandbox(
        subject,
        async (bench) => {
          const [web, db] = await Promise.all([server(bench, 'web'), server(bench, 'db')]);
          expect(await reached(web.container, ...targets(db.container, 'tcp', port))).toEqual(both('echo'));
          expect(await reached(web.container, ...targets(db.container, 'tcp', 7001))).toEqual(both('silent'));
        },
        withPolicy(
          ...Array.from({ length: 3_000 }, (_, at): AllowedEdge => {
            return { from: ['web'], to: ['db'], protocol: 'tcp', port: 4_001 + at };
          }),
        ),
      ));
  },
);
