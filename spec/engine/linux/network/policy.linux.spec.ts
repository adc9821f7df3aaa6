import { expect, test } from 'vitest';
import type { ContainerSpec } from '../../../../src/core/container.ts';
import type { Container, SandboxSpec } from '../../../../src/core/engine.ts';
import type { AllowedEdge } from '../../../../src/core/network-policy.ts';
import { describeRequiring } from '../../../requires.ts';
import { on, processSpec } from '../../contract/container-spec.ts';
import { type Bench, finish, inSandbox, never } from '../../contract/contract-kit.ts';
import { advertisementFrame, arpRequestFrame, icmpErrorFrame, type Station, udpFrame } from './frames.ts';
import { addressOf, openNetworkBed, runIn, startIdle } from './network-bed.ts';
import { compileRawNetwork } from './raw-network.ts';

let rawNetwork = '';
const subject = openNetworkBed((directory) => {
  rawNetwork = compileRawNetwork(directory); // where it lies in containers, too
  return [rawNetwork];
});

const withPolicy = (...allow: readonly AllowedEdge[]): Pick<SandboxSpec, 'networks'> => ({
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
interface Speaker {
  readonly container: Container;
  readonly heard: () => string;
  readonly hears: (text: string) => Promise<void>;
}

async function server({ start }: Bench, name: string): Promise<Speaker> {
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

async function reached(from: Container, ...targets: readonly string[]): Promise<readonly string[]> {
  const { stdout, stderr } = await runIn(from, ['node', '-e', reach, ...targets]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const targets = (to: Container, protocol: 'tcp' | 'udp', port: number): readonly string[] =>
  (['ipv4', 'ipv6'] as const).map((family) => `${protocol} ${addressOf(to, 'back', family)} ${port}`);

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

const rawRights = (...more: readonly string[]): Partial<ContainerSpec> => {
  const base = processSpec(['sleep', '1000']);
  return { process: { ...base, capabilities: [...base.capabilities, ...more] } };
};

describeRequiring(['userns', 'overlay', 'net', 'ipv6', 'policies-stateful'], 'members that lie (R12)', () => {
  /** \`evil\` may open db:7001/udp, web may open db:7000/udp. */
  const world = withPolicy(
    { from: ['web'], to: ['db'], protocol: 'udp', port: 7000 },
    { from: ['evil'], to: ['db'], protocol: 'udp', port: 7001 },
  );

  const stationOf = (container: Container, family: 'ipv4' | 'ipv6'): Station => ({
    mac: container.networks[0]?.mac ?? '',
    address: addressOf(container, 'back', family),
  });

  async function lies(
    family: 'ipv4' | 'ipv6',
    body: (parts: {
      readonly web: Speaker;
      readonly db: Speaker;
      readonly evil: Container;
      readonly stations: { readonly web: Station; readonly db: Station; readonly evil: Station };
      readonly send: (...frames: readonly string[]) => Promise<void>;
    }) => Promise<void>,
  ): Promise<void> {
    await inSandbox(
      subject,
      async (bench) => {
        const [web, db] = await Promise.all([server(bench, 'web'), server(bench, 'db')]);
        const evil = await bench.start('evil', ['sleep', '1000'], {
          ...on('back'),
          ...rawRights('NET_RAW', 'NET_ADMIN'),
        });
        const stations = {
          web: stationOf(web.container, family),
          db: stationOf(db.container, family),
          evil: stationOf(evil, family),
        };
        const send = async (...frames: readonly string[]): Promise<void> => {
          const process = processSpec([rawNetwork, 'send', 'eth0', ...frames], {
            capabilities: [...processSpec([]).capabilities, 'NET_RAW'],
          });
          const { status, stderr } = await finish(await evil.exec(process, never));
          expect({ code: status.code, stderr }).toEqual({ code: 0, stderr: '' });
        };
        await body({ web, db, evil, stations, send });
      },
      world,
    );
  }

  test.each(['ipv4', 'ipv6'] as const)('R12 nobody sends as another, and no frame slips past: %s', (family) =>
    lies(family, async ({ web, db, stations, send }) => {
      const { web: victim, db: target, evil } = stations;
      const everyone = 'ff:ff:ff:ff:ff:ff';
      await send(
        udpFrame(victim, target, 7000, 'as web'),
        udpFrame({ ...victim, mac: evil.mac }, target, 7000, 'with its address'),
        udpFrame({ ...evil, mac: victim.mac }, target, 7001, 'with its hardware address'),
        udpFrame(evil, target, 7000, 'as itself'),
        udpFrame(evil, target, 7000, 'behind a tag', { isTagged: true }),
        udpFrame(victim, target, 7000, 'as web behind a tag', { isTagged: true }),
        udpFrame(evil, target, 7001, 'to everyone', { etherDestination: everyone }),
        udpFrame(evil, { ...target, mac: victim.mac }, 7001, 'to web, for db'),
        udpFrame(evil, target, 7001, 'honest'),
      );
      await db.hears('got honest');
      expect(
        db
          .heard()
          .match(/got .*/g)
          ?.map((line) => line.trim()),
      ).toEqual(['got honest']);
      expect(web.heard()).not.toContain('got');
    }),
  );

  test.each(['ipv4', 'ipv6'] as const)('R12 nobody takes the place of another: %s', (family) =>
    lies(family, async ({ web, db, evil, stations, send }) => {
      const { web: victim, db: target, evil: own } = stations;
      const claimed = { mac: own.mac, address: victim.address };
      const forged =
        family === 'ipv4'
          ? [arpRequestFrame(claimed, target), arpRequestFrame(claimed, target, { etherSource: victim.mac })]
          : [
              advertisementFrame(own, claimed, target),
              advertisementFrame(victim, claimed, target),
              advertisementFrame(victim, claimed, target, { etherSource: own.mac }),
              advertisementFrame(claimed, claimed, target),
            ];
      const ask = `udp ${target.address} 7000`;
      // An ARP request is believed by who knows nothing yet; an advertisement overrides what is known.
      if (family === 'ipv6') expect(await reached(web.container, ask)).toEqual(['echo']);
      await send(...forged, udpFrame(own, target, 7001, 'honest'));
      await db.hears('got honest');
      const { stdout: known } = await runIn(db.container, ['cat', '/proc/net/arp']);
      expect(known.split('\n').filter((line) => line.startsWith(`${victim.address} `))).toEqual([]);
      expect(await reached(web.container, ask), 'answers still find web').toEqual(['echo']);
      expect(await reached(evil, ask)).toEqual(['silent']);
    }),
  );

  test('R12 an ICMP error comes from who it speaks of, or not at all', () =>
    lies('ipv4', async ({ web, db, stations, send }) => {
      const { web: victim, db: target, evil } = stations;
      const ask = `
        const socket = require('node:dgram').createSocket('udp4');
        socket.bind(9001, () => socket.connect(7000, '${target.address}', () => socket.send('ask?')));
        socket.once('message', () => console.log('ready'));
        socket.on('error', ({ code }) => { console.log(code); process.exit(); });
        setTimeout(() => { console.log('well'); process.exit(); }, 1500);`;
      const asking = runIn(web.container, ['node', '-e', ask]);
      await db.hears('got ask?');
      await send(icmpErrorFrame(evil, victim, target, [9001, 7000]));
      expect((await asking).stdout.trim().split('\n')).toEqual(['ready', 'well']);
    }));
});
