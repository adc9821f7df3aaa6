import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { PublishedPort } from '../../../../src/core/container.ts';
import { describeRequiring } from '../../../requires.ts';
import { on } from '../../contract/container-spec.ts';
import { type Bench, firstOutput, inSandbox } from '../../contract/contract-kit.ts';
import { openNetworkBed } from './network-bed.ts';

/** Sends back what it gets, and its end. */
const echoTcp = `require('node:net').createServer({ allowHalfOpen: true }, (c) => c.pipe(c)).listen(7000, () => console.log('up'))`;
const echoUdp = `const s = require('node:dgram').createSocket('udp4');
  s.on('message', (text, from) => s.send(text, from.port, from.address)).bind(7000, () => console.log('up'))`;

const anyPort = (hostAddress: string, protocol: 'tcp' | 'udp' = 'tcp'): PublishedPort => ({
  hostAddress,
  hostPort: 0,
  containerPort: 7000,
  protocol,
});

async function publish(
  { start }: Bench,
  script: string,
  port: PublishedPort,
): Promise<readonly PublishedPort[]> {
  const container = await start('echo', ['node', '-e', script], { ...on('front'), ports: [port] });
  await firstOutput(container.main.stdout);
  return container.ports;
}

async function echoed(host: string, port: number, data: Uint8Array): Promise<Uint8Array> {
  const socket = connect({ host, port });
  socket.end(data);
  return buffer(socket);
}

async function failure(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  const reason = await Promise.race([
    once(socket, 'connect').then(() => 'connected'),
    once(socket, 'error').then(([error]) => String(error.code)),
  ]).catch((error: NodeJS.ErrnoException) => String(error.code));
  socket.destroy();
  return reason;
}

const networks = { networks: [{ name: 'front', egress: false }] };
const bytes = Buffer.from(Array.from({ length: 2 ** 20 }, (_, at) => (at * 31) & 0xff));

describeRequiring(
  ['userns', 'overlay', 'net', 'ipv6'],
  'published ports, from the loopback of the host',
  () => {
    const subject = openNetworkBed(() => []);

    test('one number on 127.0.0.1 and ::1, and a megabyte comes back whole by either', () =>
      inSandbox(
        subject,
        async (bench) => {
          const ports = await publish(bench, echoTcp, anyPort('localhost'));
          expect(ports.map(({ hostAddress }) => hostAddress)).toEqual(['127.0.0.1', '::1']);
          expect(new Set(ports.map(({ hostPort }) => hostPort)).size).toBe(1);
          for (const { hostAddress, hostPort } of ports) {
            const back = await echoed(hostAddress, hostPort, bytes);
            expect(Buffer.compare(back, bytes), hostAddress).toBe(0);
          }
        },
        networks,
      ));

    test('the declared address only', () =>
      inSandbox(
        subject,
        async (bench) => {
          const [port] = await publish(bench, echoTcp, anyPort('127.0.0.1'));
          const hostPort = port?.hostPort ?? 0;
          expect(await failure('127.0.0.1', hostPort)).toBe('connected');
          expect(await failure('127.0.0.2', hostPort)).toBe('ECONNREFUSED');
          expect(await failure('::1', hostPort)).toBe('ECONNREFUSED');
        },
        networks,
      ));

    test('datagrams, each client with its own answers', () =>
      inSandbox(
        subject,
        async (bench) => {
          const ports = await publish(bench, echoUdp, anyPort('localhost', 'udp'));
          for (const { hostAddress, hostPort } of ports) {
            const clients = ['one', 'two'].map((text) => ({
              text,
              socket: createSocket(hostAddress === '::1' ? 'udp6' : 'udp4'),
            }));
            const answers = clients.map(async ({ text, socket }) => {
              socket.send(text, hostPort, hostAddress);
              const [answer] = await once(socket, 'message');
              socket.close();
              return String(answer);
            });
            expect(await Promise.all(answers)).toEqual(['one', 'two']);
          }
        },
        networks,
      ));

    test('nobody listens any more when the sandbox is gone', async () => {
      let hostPort = 0;
      await inSandbox(
        subject,
        async (bench) => {
          hostPort = (await publish(bench, echoTcp, anyPort('127.0.0.1')))[0]?.hostPort ?? 0;
        },
        networks,
      );
      expect(await failure('127.0.0.1', hostPort)).toBe('ECONNREFUSED');
    });
  },
);
