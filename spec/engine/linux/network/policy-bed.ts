import type { Container, SandboxSpec } from '../../../../src/core/engine.ts';
import type { AllowedEdge } from '../../../../src/core/network-policy.ts';
import { on } from '../../contract/container-spec.ts';
import type { Bench } from '../../contract/contract-kit.ts';
import { addressOf, runIn } from './network-bed.ts';

export const withPolicy = (...allow: readonly AllowedEdge[]): Pick<SandboxSpec, 'networks'> => ({
  networks: [{ name: 'back', egress: false, policy: { allow } }],
});

/** Echoes on TCP and UDP 7000 and 7001 of both families; says each datagram it gets. */
const echo = `
  const dgram = require('node:dgram');
  let waiting = 6;
  const up = () => { if (--waiting === 0) console.log('up'); };
  for (const port of [7000, 7001]) {
    require('node:net').createServer((peer) => peer.on('error', () => {}).pipe(peer)).listen(port, '::', up);
    for (const type of ['udp4', 'udp6']) {
      const socket = dgram.createSocket({ type, ipv6Only: type === 'udp6' });
      socket.on('message', (text, from) => {
        console.log('got ' + text);
        socket.send(text, from.port, from.address);
      }).bind(port, up);
    }
  }`;

/** What it has said so far grows in \`lines\`. */
export interface Speaker {
  readonly container: Container;
  readonly heard: () => string;
  readonly hears: (text: string) => Promise<void>;
}

export async function server({ start }: Bench, name: string): Promise<Speaker> {
  const container = await start(name, ['node', '-e', echo], on('back'));
  let said = '';
  const waiters = new Set<() => void>();
  container.main.stdout.on('data', (chunk: Uint8Array) => {
    said += new TextDecoder().decode(chunk);
    for (const wake of waiters) wake();
  });
  const hears = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!said.includes(text)) return;
        waiters.delete(look);
        resolve();
      };
      waiters.add(look);
      look();
    });
  await hears('up');
  return { container, heard: () => said, hears };
}

/** For each \`tcp|udp address port\` whether an echo comes back within a second. */
const reach = `
  const words = process.argv.slice(1);
  const tries = words.map((word) => new Promise((resolve) => {
    const [protocol, host, port] = word.split(' ');
    setTimeout(() => resolve('silent'), 1000);
    if (protocol === 'tcp') {
      const socket = require('node:net').connect(Number(port), host, () => socket.write('x'));
      socket.on('data', () => resolve('echo')).on('error', ({ code }) => resolve(code));
    } else {
      const socket = require('node:dgram').createSocket(host.includes(':') ? 'udp6' : 'udp4');
      socket.on('message', () => resolve('echo')).on('error', ({ code }) => resolve(code));
      socket.send('x', Number(port), host);
    }
  }));
  Promise.all(tries).then((found) => { console.log(JSON.stringify(found)); process.exit(); });`;

export async function reached(from: Container, ...targets: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr } = await runIn(from, ['node', '-e', reach, ...targets]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

export const targets = (to: Container, protocol: 'tcp' | 'udp', port: number): readonly string[] =>
  (['ipv4', 'ipv6'] as const).map((family) => `${protocol} ${addressOf(to, 'back', family)} ${port}`);
