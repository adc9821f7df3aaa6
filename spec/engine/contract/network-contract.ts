import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type DialFailure, dialFailureOf } from '../../../src/core/dial-error.ts';
import type { Container, SandboxSpec } from '../../../src/core/engine.ts';
import { on } from './container-spec.ts';
import { type Bench, type ContractSubject, firstOutput, inSandbox, never } from './contract-kit.ts';
import { echoOnLoopback, greeter, node, udpSocket } from './node-scripts.ts';

const networks: Pick<SandboxSpec, 'networks'> = {
  networks: [
    { name: 'front', egress: false },
    { name: 'back', egress: false },
  ],
};

async function started(container: Promise<Container>): Promise<Container> {
  const running = await container;
  await firstOutput(running.main.stdout);
  return running;
}

async function greetingFrom(client: Container, host: string): Promise<string> {
  return text(await client.dial(host, 7000, never));
}

/** A sealed network answers by refusing or by silence; silence is cut off here. */
async function failureOf(
  client: Container,
  host: string,
  port: number,
): Promise<DialFailure | 'reached' | 'other'> {
  try {
    (await client.dial(host, port, AbortSignal.timeout(2_000))).destroy();
    return 'reached';
  } catch (error) {
    if (error instanceof DOMException) return 'timeout';
    return dialFailureOf(error) ?? 'other';
  }
}

async function threeTier({
  start,
}: Bench): Promise<{ readonly web: Container; readonly db: Container; readonly client: Container }> {
  const [web, db, client] = await Promise.all([
    started(start('web', node(greeter), on('front', { network: 'back', aliases: ['www'] }))),
    started(start('db', node(greeter), on({ network: 'back', aliases: ['postgres'] }))),
    start('client', ['sleep', '1000'], on('front')),
  ]);
  return { web, db, client };
}

export function describeNetworks(subject: ContractSubject): void {
  describe('networks', () => {
    test('listening names the sockets of the container, and only its own', () =>
      inSandbox(subject, async ({ start }) => {
        const tcp = await started(start('tcp', node(echoOnLoopback)));
        const udp = await started(start('udp', node(udpSocket)));
        expect(await tcp.listening()).toEqual([{ protocol: 'tcp', address: '127.0.0.1', port: 7001 }]);
        expect(await udp.listening()).toEqual([{ protocol: 'udp', address: '0.0.0.0', port: 7002 }]);
      }));

    test('dial reaches loopback inside, both ways', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await started(start('one', node(echoOnLoopback)));
        const connection = await container.dial('127.0.0.1', 7001, never);
        connection.end('ping');
        expect(await text(connection)).toBe('ping');
      }));

    test('dial says refused where nobody listens', () =>
      inSandbox(subject, async ({ start }) => {
        expect(await failureOf(await start('one', ['sleep', '1000']), '127.0.0.1', 9)).toBe('refused');
      }));

    test('members reach each other by name, alias and address', () =>
      inSandbox(
        subject,
        async (bench) => {
          const { web, db, client } = await threeTier(bench);
          const address = web.networks.find(({ network }) => network === 'front')?.ipv4 ?? '';
          expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
          expect(await greetingFrom(client, 'web')).toBe('hello\n');
          expect(await greetingFrom(client, address)).toBe('hello\n');
          expect(await greetingFrom(web, 'postgres')).toBe('hello\n');
          expect(await greetingFrom(db, 'www')).toBe('hello\n');
        },
        networks,
      ));

    test('names and addresses of other networks do not exist', () =>
      inSandbox(
        subject,
        async (bench) => {
          const { db, client } = await threeTier(bench);
          expect(await failureOf(client, 'db', 7000)).toBe('no-name');
          expect(await failureOf(client, 'www', 7000)).toBe('no-name');
          expect(await failureOf(client, db.networks[0]?.ipv4 ?? '', 7000)).toBeOneOf([
            'unreachable',
            'timeout',
          ]);
        },
        networks,
      ));

    test('an attachment has its network, an interface, an address and a MAC', () =>
      inSandbox(
        subject,
        async ({ start }) => {
          const container = await start('one', ['sleep', '1000'], on('front', 'back'));
          expect(container.networks.map(({ network }) => network)).toEqual(['front', 'back']);
          for (const { interfaceName, mac } of container.networks) {
            expect(interfaceName).toMatch(/^[a-z]+\d+$/);
            expect(mac).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
          }
          expect(new Set(container.networks.map(({ ipv4 }) => ipv4)).size).toBe(2);
        },
        networks,
      ));

    test('disconnect cuts off, connect brings back', () =>
      inSandbox(
        subject,
        async (bench) => {
          const { web, client } = await threeTier(bench);
          await web.disconnect('front');
          expect(await failureOf(client, 'web', 7000)).toBe('no-name');
          await web.connect('front');
          expect(await greetingFrom(client, 'web')).toBe('hello\n');
        },
        networks,
      ));

    test('a port published on any free port of the host has a number', () =>
      inSandbox(
        subject,
        async ({ start }) => {
          const port = {
            hostAddress: '127.0.0.1',
            hostPort: 0,
            containerPort: 7000,
            protocol: 'tcp',
          } as const;
          const containers = await Promise.all(
            ['one', 'two'].map((name) => start(name, node(greeter), { ...on('front'), ports: [port] })),
          );
          const numbers = containers.flatMap(({ ports }) => ports.map(({ hostPort }) => hostPort));
          expect(new Set(numbers).size).toBe(2);
          expect(numbers.every((number) => number > 0)).toBe(true);
        },
        networks,
      ));

    test('a shared network is one and the same', () =>
      inSandbox(subject, async ({ start }) => {
        const server = await started(start('server', node(echoOnLoopback)));
        const sidecar = await start('sidecar', ['sleep', '1000'], {
          network: { kind: 'shared', container: server.name },
        });
        expect(await sidecar.listening()).toEqual(await server.listening());
        expect(await failureOf(sidecar, '127.0.0.1', 7001)).toBe('reached');
      }));

    test('a container without a network reaches nobody', () =>
      inSandbox(
        subject,
        async (bench) => {
          const { web } = await threeTier(bench);
          const alone = await bench.start('alone', ['sleep', '1000']);
          expect(await failureOf(alone, 'web', 7000)).toBe('no-name');
          expect(await failureOf(alone, web.networks[0]?.ipv4 ?? '', 7000)).toBe('unreachable');
        },
        networks,
      ));
  });
}
