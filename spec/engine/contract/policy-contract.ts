import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Container, SandboxSpec } from '../../../src/core/engine.ts';
import type { AllowedEdge } from '../../../src/core/network-policy.ts';
import { on } from './container-spec.ts';
import { type Bench, type ContractSubject, firstOutput, inSandbox, never } from './contract-kit.ts';
import { greeter, node } from './node-scripts.ts';

const withPolicy = (...allow: readonly AllowedEdge[]): Pick<SandboxSpec, 'networks'> => ({
  networks: [
    { name: 'back', egress: false, policy: { allow } },
    { name: 'open', egress: false },
  ],
});

const port = 7000;
const webToDb: AllowedEdge = { from: ['web'], to: ['db'], protocol: 'tcp', port };

async function server({ start }: Bench, name: string): Promise<Container> {
  const container = await start(name, node(greeter), on('back'));
  await firstOutput(container.main.stdout);
  return container;
}

/** Everyone listens, so that only the policy can be why nobody answers. */
const servers = (bench: Bench): Promise<readonly [Container, Container, Container]> =>
  Promise.all([server(bench, 'web'), server(bench, 'db'), server(bench, 'other')]);

/** What is dropped is never answered; that silence is cut off here. */
async function opens(from: Container, host: string): Promise<boolean> {
  try {
    const greeting = await text(await from.dial(host, port, AbortSignal.timeout(1_500)));
    return greeting === 'hello\n';
  } catch {
    return false;
  }
}

export function describePolicies(subject: ContractSubject): void {
  describe('policies (R12)', () => {
    test('R12 an edge passes with its answers, in its direction, for those it names', () =>
      inSandbox(
        subject,
        async (bench) => {
          const [web, db, other] = await servers(bench);
          const reached = await Promise.all([
            opens(web, 'db'),
            opens(db, 'web'),
            opens(other, 'db'),
            opens(web, 'other'),
            opens(web, 'web'),
          ]);
          expect(reached).toEqual([true, false, false, false, true]);
        },
        withPolicy(webToDb),
      ));

    test('R12 another port is another edge', () =>
      inSandbox(
        subject,
        async (bench) => {
          const [web] = await servers(bench);
          expect(await opens(web, 'db')).toBe(false);
        },
        withPolicy({ ...webToDb, port: port + 1 }),
      ));

    test('R12 nothing allowed is nothing that passes', () =>
      inSandbox(
        subject,
        async (bench) => {
          const [web] = await servers(bench);
          expect(await opens(web, 'db')).toBe(false);
        },
        withPolicy(),
      ));

    test.each<{ readonly what: string; readonly edge: AllowedEdge; readonly reached: readonly boolean[] }>([
      {
        what: 'everyone to one',
        edge: { to: ['db'], protocol: 'tcp', port },
        reached: [true, true, false, false],
      },
      {
        what: 'one to everyone',
        edge: { from: ['web'], protocol: 'tcp', port },
        reached: [true, false, true, false],
      },
      {
        what: 'every port',
        edge: { from: ['web'], to: ['db'], protocol: 'tcp' },
        reached: [true, false, false, false],
      },
      { what: 'everyone, every port', edge: { protocol: 'tcp' }, reached: [true, true, true, true] },
    ])('R12 $what', ({ edge, reached }) =>
      inSandbox(
        subject,
        async (bench) => {
          const [web, db, other] = await servers(bench);
          const found = [opens(web, 'db'), opens(other, 'db'), opens(web, 'other'), opens(db, 'other')];
          expect(await Promise.all(found)).toEqual(reached);
        },
        withPolicy(edge),
      ),
    );

    test('R12 a container that comes later, or again, has the rights of its name', () =>
      inSandbox(
        subject,
        async (bench) => {
          const db = await server(bench, 'db');
          const web = await server(bench, 'web');
          expect(await opens(web, 'db')).toBe(true);
          await web.stop(0);
          await web.start(never);
          await firstOutput(web.main.stdout);
          expect(await opens(web, 'db')).toBe(true);
          expect(await opens(db, 'web')).toBe(false);
          await web.remove();
          const other = await server(bench, 'other');
          expect(await opens(other, 'db')).toBe(false);
        },
        withPolicy(webToDb),
      ));

    test('R12 connected to a network, a container has its rights there; other networks have no policy', () =>
      inSandbox(
        subject,
        async (bench) => {
          await server(bench, 'db');
          const web = await bench.start('web', ['sleep', '1000'], on('open'));
          const other = await bench.start('other', ['sleep', '1000'], on('open'));
          const listener = await bench.start('listener', node(greeter), on('open'));
          await firstOutput(listener.main.stdout);
          expect(await opens(other, 'listener')).toBe(true);
          await Promise.all([web.connect('back'), other.connect('back')]);
          expect(await opens(web, 'db')).toBe(true);
          expect(await opens(other, 'db')).toBe(false);
          await web.disconnect('back');
          expect(await opens(web, 'db')).toBe(false);
          await web.connect('back');
          expect(await opens(web, 'db')).toBe(true);
        },
        withPolicy(webToDb),
      ));
  });
}
