import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { PublishedPort } from '../../../../src/core/container.ts';
import { describeAsRoot, describeRequiring } from '../../../requires.ts';
import { containerSpec, on } from '../../contract/container-spec.ts';
import { codeOf, finish, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { greeter, node as script } from '../../contract/node-scripts.ts';
import { descriptorsOf, newestSandbox, runsAnywhere } from '../sandbox-processes.ts';
import { openBed, outputOf, sh } from './security-kit.ts';

const { directory, subject } = openBed('lifecycle');
const networks = {
  networks: [
    { name: 'net', subnet4: '10.77.0.0/29', egress: false },
    { name: 'other', egress: false },
  ],
};
const published = (hostPort: number): PublishedPort => ({
  hostAddress: '127.0.0.1',
  hostPort,
  containerPort: 7000,
  protocol: 'tcp',
});

let marks = 0;
/** An argument of `sleep` that no other process of this machine has. */
const mark = (): string => {
  marks += 1;
  return `${process.pid}${100 + marks}.25`;
};

const greetingAt = (port: number): Promise<string> => text(connect(port, '127.0.0.1'));
const canConnect = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

describeRequiring(['userns', 'overlay', 'net'], 'a start that fails half-way', () => {
  test('at its second port: the program is ended, the first port closed, the name free', () =>
    inSandbox(
      subject,
      async ({ start }) => {
        const taken = createServer().listen(0, '127.0.0.1');
        await once(taken, 'listening');
        const free = createServer().listen(0, '127.0.0.1');
        await once(free, 'listening');
        const [busy, first] = [taken, free].map((server) => (server.address() as { port: number }).port);
        free.close();
        await once(free, 'close');
        const seconds = mark();
        const ports = [published(first ?? 0), published(busy ?? 0)];
        const failed = start('one', ['sleep', seconds], { ...on('net'), ports });
        expect(await codeOf(failed)).toBe('PORT_UNAVAILABLE');
        expect(runsAnywhere(seconds)).toBe(false);
        expect(await canConnect(first ?? 0)).toBe(false);
        const again = await start('one', ['true'], on('net'));
        expect((await again.main.exited).code).toBe(0);
        taken.close();
      },
      networks,
    ));

  test('gives back address, descriptors and numbers, however often', () =>
    inSandbox(
      subject,
      async ({ start }) => {
        // The subnet has room for few: six addresses, one of which is never given.
        const wanted = (await start('first', ['true'], on('net'))).networks[0]?.ipv4;
        const { init } = newestSandbox();
        await codeOf(start('bad', ['no-such-program'], { ...on('net', 'other'), limits: {} }));
        const before = descriptorsOf(init);
        for (let round = 0; round < 25; round += 1) {
          expect(await codeOf(start('bad', ['no-such-program'], on('net', 'other')))).toBe(
            'PROGRAM_NOT_FOUND',
          );
          const target = '/proc/x';
          const mounts = [{ kind: 'tmpfs', target, readOnly: false }] as const;
          expect(await codeOf(start('bad', ['true'], { ...on('net'), mounts }))).toBe('SCENARIO_WRONG_VALUE');
          expect(await codeOf(start('bad', ['true'], on('net', 'no-such-network')))).toBe('NETWORK_FAILED');
        }
        expect(wanted).toBeDefined();
        expect(descriptorsOf(init)).toBeLessThanOrEqual(before);
        const members = await Promise.all([1, 2, 3].map((n) => start(`m${n}`, ['true'], on('net'))));
        expect(new Set(members.map(({ networks: [own] }) => own?.ipv4)).size).toBe(3);
      },
      networks,
    ));

  test('for want of a bind that is made later', () =>
    inSandbox(subject, async ({ start }) => {
      const hostPath = join(directory, 'later');
      const mounts = [{ kind: 'bind', hostPath, target: '/later', readOnly: true }] as const;
      expect(await codeOf(start('one', ['true'], { mounts }))).toBe('SCENARIO_FORBIDDEN');
      mkdirSync(hostPath);
      writeFileSync(join(hostPath, 'note'), 'here');
      const container = await start('one', ['cat', '/later/note'], { mounts });
      expect((await finish(container.main)).stdout).toBe('here');
    }));
});

describeRequiring(['userns', 'overlay', 'net'], 'starting again', () => {
  test('on networks: names resolve again, published ports answer again', () =>
    inSandbox(
      subject,
      async ({ start }) => {
        const server = await start('server', script(greeter), { ...on('net'), ports: [published(0)] });
        await firstOutput(server.main.stdout);
        const port = server.ports[0]?.hostPort ?? 0;
        const client = await start('client', ['sleep', '1000'], on('net'));
        const ask = ['node', '-e', `require('dns').lookup('server', (e, a) => console.log(e?.code ?? a))`];
        const address = await outputOf(client, ask);
        for (let round = 0; round < 3; round += 1) {
          expect(await greetingAt(port)).toBe('hello\n');
          await server.stop(0);
          expect(await greetingAt(port).catch(() => 'refused')).toBeOneOf(['refused', '']);
          await server.start(never);
          await firstOutput(server.main.stdout);
          expect(await outputOf(client, ask)).toBe(address);
        }
        await client.stop(0);
        await client.start(never);
        expect(await outputOf(client, ask)).toBe(address);
        expect(await greetingAt(port)).toBe('hello\n');
      },
      networks,
    ));

  test('after networks were taken from an ended container', () =>
    inSandbox(
      subject,
      async ({ start }) => {
        const container = await start('one', ['sleep', '1000'], on('net', 'other'));
        await container.stop(0);
        await container.disconnect('other');
        await container.start(never);
        expect(container.networks.map(({ network }) => network)).toEqual(['net']);
        const list = await outputOf(container, ['ls', '/sys/class/net']);
        expect(list.trim().split('\n').toSorted()).toEqual(['eth0', 'lo']);
        await container.connect('other');
        expect(await outputOf(container, ['ls', '/sys/class/net'])).toContain('eth1');
      },
      networks,
    ));

  test('twice at once: one of them is refused', () =>
    inSandbox(subject, async ({ start }) => {
      const container = await start('one', ['sleep', '1000']);
      await container.stop(0);
      const codes = await Promise.all([container.start(never), container.start(never)].map(codeOf));
      expect(codes.toSorted()).toEqual(['CONTAINER_STATE', 'no error']);
      expect(await outputOf(container, sh('echo well'))).toBe('well\n');
    }));

  test('and removing meanwhile: nothing of it runs afterwards', () =>
    inSandbox(subject, async ({ start }) => {
      const seconds = mark();
      const container = await start('one', ['sleep', seconds]);
      await container.stop(0);
      const starting = codeOf(container.start(never));
      await container.remove();
      await starting;
      expect(container.state).toBe('removed');
      expect(runsAnywhere(seconds)).toBe(false);
      expect(await codeOf(container.start(never))).toBe('CONTAINER_STATE');
    }));

  test.each(['gone', 'ended'])(
    'where the owner of a shared network is %s: an error, not a network of its own',
    (how) =>
      inSandbox(
        subject,
        async ({ start }) => {
          const owner = await start('owner', ['sleep', '1000'], on('net'));
          const shared = { network: { kind: 'shared', container: 'owner' } } as const;
          const guest = await start('guest', ['sleep', '1000'], shared);
          await guest.stop(0);
          await (how === 'gone' ? owner.remove() : owner.stop(0));
          expect(await codeOf(guest.start(never))).toBe('CONTAINER_STATE');
          expect(await codeOf(start('another', ['true'], shared))).toBe('CONTAINER_STATE');
        },
        networks,
      ),
  );
});

describeRequiring(['userns', 'overlay', 'net'], 'closing a sandbox', () => {
  test('while containers start: they are refused, and no port of the host stays open', async () => {
    const [engine, image] = await Promise.all([subject.engine(), subject.image()]);
    const spec = { runId: `l${process.pid}`, volumes: [], upper: 'auto', ...networks } as const;
    const sandbox = await engine.openSandbox(spec, never);
    const starting = [1, 2, 3, 4].map((n) =>
      codeOf(
        sandbox.startContainer(
          {
            ...containerSpec(image, `c${n}`, ['sleep', '1000'], {
              ...on('other'),
              ports: [published(0), published(0)],
            }),
          },
          never,
        ),
      ),
    );
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    expect(await sandbox.close(20_000)).toEqual([]);
    for (const code of await Promise.all(starting)) expect(code).not.toBe('other error');
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    expect(after).toBeLessThanOrEqual(before);
  });

  test('containers can be removed and stopped after it, to no effect', async () => {
    const [engine, image] = await Promise.all([subject.engine(), subject.image()]);
    const spec = { runId: `r${process.pid}`, volumes: [], upper: 'auto', ...networks } as const;
    const sandbox = await engine.openSandbox(spec, never);
    const container = await sandbox.startContainer(
      containerSpec(image, 'one', ['sleep', '1000'], on('net')),
      never,
    );
    const stopping = container.stop(1);
    expect(await sandbox.close(20_000)).toEqual([]);
    expect((await stopping).code).toBeGreaterThan(128);
    await container.remove();
    expect(container.state).toBe('removed');
  });
});

describeAsRoot(['userns', 'overlay', 'cgroup-pids'], 'containers with limits', () => {
  test('one after the other leave no descriptors and groups behind, and the end is not held up', () =>
    inSandbox(subject, async ({ start }) => {
      const run = async (n: number) => {
        const container = await start(`c${n}`, ['true'], { limits: { pids: 20 } });
        await container.main.exited;
        await container.remove();
      };
      await run(0);
      const { init } = newestSandbox();
      const before = descriptorsOf(init);
      for (let n = 1; n <= 12; n += 1) await run(n);
      expect(descriptorsOf(init)).toBeLessThanOrEqual(before);
      await Promise.all(
        ['a', 'b', 'c'].map((name) => start(name, ['sleep', '1000'], { limits: { pids: 20 } })),
      );
    }));

  test('are gone within a second of closing', async () => {
    const [engine, image] = await Promise.all([subject.engine(), subject.image()]);
    const spec = { runId: `q${process.pid}`, networks: [], volumes: [], upper: 'auto' } as const;
    const sandbox = await engine.openSandbox(spec, never);
    for (const name of ['a', 'b', 'c'])
      await sandbox.startContainer(
        containerSpec(image, name, ['sleep', '1000'], { limits: { pids: 20 } }),
        never,
      );
    const begun = performance.now();
    expect(await sandbox.close(20_000)).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(4000); // a group removed in the wrong order waits for 5 s
  });
});
