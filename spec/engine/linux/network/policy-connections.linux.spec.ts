import { expect, test } from 'vitest';
import type { Container, SandboxSpec } from '../../../../src/core/engine.ts';
import type { AllowedEdge } from '../../../../src/core/network-policy.ts';
import { describeRequiring } from '../../../requires.ts';
import { processSpec } from '../../contract/container-spec.ts';
import { type Bench, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { addressOf, openNetworkBed } from './network-bed.ts';
import { reached } from './policy-bed.ts';

const subject = openNetworkBed(() => []);
const idle = ['sleep', '1000'];

/** What a program has said so far, and when it says something. */
async function speaker(container: Container, script: string) {
  const { stdout } = await container.exec(processSpec(['node', '-e', script]), never);
  let said = '';
  const waiting = new Set<() => void>();
  stdout.on('data', (chunk: Uint8Array) => {
    said += new TextDecoder().decode(chunk);
    for (const look of waiting) look();
  });
  return {
    said: () => said,
    says: (text: string) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (said.includes(text) && waiting.delete(look)) resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

const families = ['ipv4', 'ipv6'] as const;

describeRequiring(
  ['userns', 'overlay', 'net', 'ipv6', 'policies-stateful'],
  'policies and what the kernel remembers of connections (R12)',
  () => {
    test.each(families)(
      'R12 who comes by the address of another does not answer in its place: %s',
      (family) =>
        inSandbox(
          subject,
          async (bench) => {
            const [web, client] = await Promise.all([
              bench.start('web', idle, at(undefined)),
              bench.start('client', idle, at(undefined)),
            ]);
            const db = await bench.start('db', idle, at(place));
            const type = family === 'ipv4' ? 'udp4' : 'udp6';
            const echo = await speaker(db, echoing(type));
            await echo.says('up');
            // It listens at the very port that it asks from.
            const asking = await speaker(
              web,
              `const socket = require('node:dgram').createSocket('${type}');
             socket.on('message', (text) => console.log('heard ' + text));
             socket.bind(7500, () => socket.send('question', 7000, '${place[family]}'));`,
            );
            await asking.says('heard question');
            await db.remove();
            const newcomer = await bench.start('newcomer', idle, at(place));
            expect(addressOf(newcomer, 'back', family)).toBe(place[family]);
            const target = addressOf(web, 'back', family);
            await sendFrom(newcomer, type, 7000, target, 'in its place');
            // The bridge keeps the order: what comes after has arrived after.
            await sendFrom(client, type, 7100, target, 'honest');
            await asking.says('heard honest');
            expect(asking.said().match(/heard .*/g)).toEqual(['heard question', 'heard honest']);
          },
          onBack(
            { from: ['web'], to: ['db'], protocol: 'udp', port: 7000 },
            { from: ['client'], to: ['web'], protocol: 'udp', port: 7500 },
          ),
        ),
    );

    test.each(families)('R12 a connection that both open is opened by who may: %s', (family) =>
      inSandbox(
        subject,
        async (bench) => {
          const [web, db] = await Promise.all([
            bench.start('web', idle, at(undefined)),
            bench.start('db', idle, at(undefined)),
          ]);
          const [ofWeb, ofDb] = [addressOf(web, 'back', family), addressOf(db, 'back', family)];
          // Nobody listens. db may open nothing, whatever port it opens it from.
          expect(await reached(db, `tcp ${ofWeb} 7500`)).toEqual(['silent']);
          const back = await speaker(db, opening(7000, ofWeb, 7500, 'db'));
          await back.says('opening');
          expect(await reached(db, `tcp ${ofWeb} 7501`), 'meanwhile').toEqual(['silent']);
          expect(back.said()).not.toContain('connected');
          const front = await speaker(web, opening(7500, ofDb, 7000, 'web'));
          await Promise.all([front.says('heard db'), back.says('heard web')]);
          expect(await reached(db, `tcp ${ofWeb} 7501`), 'afterwards').toEqual(['silent']);
        },
        onBack({ from: ['web'], to: ['db'], protocol: 'tcp', port: 7000 }),
      ),
    );
  },
);

/** An address that the network gives to whoever asks for it. */
const place = { ipv4: '10.93.7.77', ipv6: 'fd93:7::77' };

/** With subnets of its own, so that an address may be asked for. */
const onBack = (...allow: readonly AllowedEdge[]): Pick<SandboxSpec, 'networks'> => ({
  networks: [
    { name: 'back', subnet4: '10.93.7.0/24', subnet6: 'fd93:7::/64', egress: false, policy: { allow } },
  ],
});

type Start = NonNullable<Parameters<Bench['start']>[2]>;

const at = (wanted: typeof place | undefined): Start => ({
  network: { kind: 'attached', attachments: [{ network: 'back', aliases: [], ...wanted }] },
});

const echoing = (type: string): string => `
  const socket = require('node:dgram').createSocket('${type}');
  socket.on('message', (text, { port, address }) => socket.send(text, port, address));
  socket.bind(7000, () => console.log('up'));`;

/** From one port to another, until it is let in: the kernel asks again and again. */
const opening = (from: number, host: string, port: number, name: string): string => `
  const socket = require('node:net').connect({ host: '${host}', port: ${port}, localPort: ${from} }, () => {
    console.log('connected');
    socket.write('${name}');
  });
  socket.on('data', (text) => console.log('heard ' + text)).on('error', ({ code }) => console.log(code));
  console.log('opening');`;

async function sendFrom(container: Container, type: string, port: number, host: string, text: string) {
  const script = `
    const socket = require('node:dgram').createSocket('${type}');
    socket.bind(${port}, () => socket.send('${text}', 7500, '${host}', () => { console.log('sent'); socket.close(); }));`;
  const { stdout } = await container.exec(processSpec(['node', '-e', script]), never);
  await firstOutput(stdout);
}
