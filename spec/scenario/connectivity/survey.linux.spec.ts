import { expect, test } from 'vitest';
import type { Container } from '../../../src/core/engine.ts';
import type { FaultSpec } from '../../../src/core/fault.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { composeFacts } from '../../../src/scenario/connectivity/compose-facts.ts';
import { on } from '../../engine/contract/container-spec.ts';
import { type Bench, firstOutput, inSandbox, never } from '../../engine/contract/contract-kit.ts';
import { openNetworkBed } from '../../engine/linux/network/network-bed.ts';
import { describeRequiring } from '../../requires.ts';
import { blinded, dyingAfter, takeDown, unattached } from './odd-containers.ts';
import { type Asked, matrixOf, server, surprisesOf, surveyOf } from './survey-bed.ts';

const networks = ['front', 'back'].map((name) => ({ name, egress: false }));

/** The client sees web, web sees db; nobody else sees anybody, but a network has no direction. */
async function shop({ start }: Bench): Promise<readonly Asked[]> {
  const client = await start('client', ['sleep', '1000'], on('front'));
  const web = await start('web', server(`server().listen(80, '::', up)`), on('front', 'back'));
  const db = await start('db', server(`server().listen(5432, '127.0.0.1', up)`), on('back'));
  await Promise.all([web, db].map(({ main }) => firstOutput(main.stdout)));
  return [{ container: client }, { container: web }, { container: db, ports: [6000] }];
}

const truth = ['client -> web:80', 'db -> web:80', 'web -> db:6000'];

interface Case {
  readonly name: string;
  readonly value: JsonObject;
  readonly surprises: readonly string[];
}

const both = (line: (family: string) => string): readonly string[] => ['4', '6'].map(line);

const cases: readonly Case[] = [
  { name: 'the truth', value: { allow: truth }, surprises: [] },
  {
    name: 'the truth, told the other way round',
    value: { default: 'allow', deny: ['client -> db:*', 'db -> client:*'] },
    surprises: [],
  },
  {
    name: 'too open: a path that nobody declared',
    value: { allow: truth.filter((rule) => rule !== 'db -> web:80') },
    surprises: both((family) => `db -> web:80/tcp ${family} too-open open`),
  },
  {
    name: 'too closed: a path that is not there',
    value: { allow: [...truth, 'client -> db:6000'] },
    surprises: both((family) => `client -> db:6000/tcp ${family} too-closed no-name`),
  },
  {
    name: 'another port',
    value: { allow: ['client -> web:80', 'db -> web:80', 'web -> db:6001'] },
    surprises: both((family) => `web -> db:6000/tcp ${family} too-open open`),
  },
  {
    name: 'the other direction',
    value: { allow: ['web -> client:80', 'db -> web:80', 'web -> db:6000'] },
    surprises: both((family) => `client -> web:80/tcp ${family} too-open open`),
  },
  {
    name: 'another protocol',
    value: { allow: ['client -> web:80', 'db -> web:80', 'web -> db:6000/udp'] },
    surprises: both((family) => `web -> db:6000/tcp ${family} too-open open`),
  },
  {
    name: 'one family: the service listens at its loopback only, over IPv4, and nobody over IPv6',
    value: { allow: [...truth, 'web -> db:5432'] },
    surprises: ['web -> db:5432/tcp 4 too-closed refused'],
  },
  {
    name: 'ICMP, which nobody allowed to the client',
    value: { allow: [...truth, 'client -> web/icmp', 'db -> web/icmp', 'web -> db/icmp'] },
    surprises: both((family) => `web -> client/icmp ${family} too-open open`),
  },
];

describeRequiring(['userns', 'overlay', 'net', 'ipv6'], 'who reaches whom', () => {
  const bed = openNetworkBed(() => []);
  const within = (body: (bench: Bench) => Promise<void>): Promise<void> => inSandbox(bed, body, { networks });

  test('R23 a wrong table fails at exactly the wrong cell', () =>
    within(async (bench) => {
      const asked = await shop(bench);
      for (const { name, value, surprises } of cases) {
        const found = surprisesOf(await surveyOf(asked, value));
        expect(found, name).toEqual([...surprises].sort());
      }
    }));

  test('R24 what is denied passes by refusal only with a destination that sees', () =>
    within(async (bench) => {
      const asked = await shop(bench);
      const deny = { default: 'allow', deny: ['web -> db:5432', 'client -> db:*', 'db -> client:*'] };
      const came = 'web -> db:5432/tcp 4 too-open refused';
      expect(surprisesOf(await surveyOf(asked, deny, [4]))).toEqual([came]);
      const blind = asked.map((one) => ({ ...one, container: blinded(one.container, 'db') }));
      expect(surprisesOf(await surveyOf(blind, deny, [4]))).toEqual([
        'client -> db:5432/tcp 4 inconclusive unreachable',
        'client -> db:6000/tcp 4 inconclusive unreachable',
        'web -> db:5432/tcp 4 inconclusive reset',
      ]);
    }));

  test('R24 a port that is held, but not listened on, refuses nobody by right', () =>
    within(async ({ start }) => {
      // The server ends the connection first, so that its end stays in TIME_WAIT, and is gone; another has port 81 as its own end.
      const gone = `server().listen(80, '::', () => { const net = require('node:net');
        const one = net.connect(80, '127.0.0.1').on('close', () => setTimeout(up)).resume(); })`;
      const held = `(() => { const net = require('node:net'); const far = net.createServer().listen(82, '127.0.0.1', () =>
        net.connect({ port: 82, host: '127.0.0.1', localPort: 81 }, up)); })()`;
      const closing = gone
        .replace('server()', `(globalThis.first = server())`)
        .replace('setTimeout(up)', 'first.close(up)');
      const web = await start('web', server(closing, held), on('front'));
      const client = await start('client', ['sleep', '1000'], on('front'));
      await firstOutput(web.main.stdout);
      const deny = [80, 81, 53].map((port) => `client -> web:${port}`);
      const facts = await surveyOf([{ container: web }, { container: client }], { deny }, [4]);
      expect(surprisesOf(facts)).toEqual(
        [53, 80, 81].map((port) => `client -> web:${port}/tcp 4 too-open open`),
      );
      expect(
        facts.columns.filter(({ to }) => to === 'web').map(({ port, listeners }) => [port, listeners.ipv4]),
      ).toEqual([
        [53, 'nobody'],
        [80, 'helper'],
        [81, 'helper'],
      ]);
    }));

  test('R24 no deny passes while its destination is stopped: TCP, UDP and ICMP, over IPv4 and IPv6', () =>
    within(async (bench) => {
      const asked = await shop(bench);
      const allow = ['client -> web:80', 'web -> client:80', 'web -> client/icmp', 'client -> web/icmp'];
      const value = { allow, deny: ['* -> db:53/udp', '* -> db/icmp', 'client -> db:6000'] };
      const ofDb = async (): Promise<readonly string[]> =>
        surprisesOf(await surveyOf(asked, value)).filter((line) => line.startsWith('client -> db'));
      expect(await ofDb(), 'the helper stands in for it').toEqual([]);
      await asked[2]?.container.stop(0);
      const facts = await surveyOf(asked, value);
      const targets = ['db/icmp', 'db:53/udp', 'db:6000/tcp'];
      const unmeasured = ['client', 'web'].flatMap((from) =>
        targets.flatMap((to) => both((family) => `${from} -> ${to} ${family} inconclusive unmeasured`)),
      );
      expect(surprisesOf(facts).filter((line) => line.includes('-> db'))).toEqual(unmeasured.sort());
      expect(facts.surprises.find(({ to }) => to === 'db')?.why).toBe('db does not run: it is exited');
      // It asks nobody either: nothing of it is a pass.
      const ofTheDead = facts.rows.find(({ from }) => from === 'db');
      expect(ofTheDead?.verdicts.replaceAll('-', '')).toMatch(/^\?+$/);
    }));

  test('a helper that ends in the middle is an error, and no pass', () =>
    within(async (bench) => {
      const asked = await shop(bench);
      for (const last of [3, 5, 7]) {
        const mortal = asked.map((one) => ({ ...one, container: dyingAfter(last, one.container, 'db') }));
        await expect(surveyOf(mortal, { allow: truth }), `${last}`).rejects.toMatchObject({
          code: 'PROBE_LOST',
        });
      }
    }));

  test('a cable that is cut closes everything, and is no refusal', () =>
    within(async (bench) => {
      const asked = await shop(bench);
      const [client, web] = asked.map(({ container }) => container);
      await takeDown(client);
      const facts = await surveyOf(
        [asked[0], asked[1]].flatMap((one) => one ?? []),
        {
          allow: ['web -> client:80'],
        },
      );
      expect(surprisesOf(facts)).toEqual(
        both((family) => `web -> client:80/tcp ${family} too-closed timed-out`),
      );
      expect(web?.state).toBe('running');
    }));

  test('R24 only a partition that lasts all the time is certain to have taken what did not arrive', () =>
    within(async (bench) => {
      const asked = (await shop(bench)).slice(0, 2);
      await takeDown(asked[0]?.container);
      const partition: FaultSpec = { kind: 'partition', cuts: [{ from: ['web'], to: ['client'] }] };
      /** Who looks for the first time, and who looks later. */
      const seen = (first: boolean, later: boolean): Iterable<FaultSpec> => {
        let looks = 0;
        return {
          *[Symbol.iterator]() {
            looks += 1;
            if (looks === 1 ? first : later) yield partition;
          },
        };
      };
      const found = async (faults: Iterable<FaultSpec>) => {
        const facts = composeFacts(await matrixOf(asked, { deny: ['web -> client:80'] }, [4], faults));
        const ofWeb = surprisesOf(facts).filter((line) => line.startsWith('web'));
        return [ofWeb, facts.cut];
      };
      const chance = ['web -> client:80/tcp 4 inconclusive timed-out'];
      expect(await found(seen(true, true))).toEqual([[], [{ from: 'web', to: 'client' }]]);
      expect(await found(seen(true, false)), 'it ended meanwhile').toEqual([chance, undefined]);
      expect(await found(seen(false, true)), 'it began meanwhile').toEqual([chance, undefined]);
    }));

  test('a server that accepts once still has its connection', () =>
    within(async ({ start }) => {
      const once = `require('node:net').createServer(function (socket) { socket.end('the one'); this.close(); }).listen(7000, '::', up)`;
      const [picky, client] = [
        await start('picky', server(once), on('front')),
        await start('client', ['sleep', '1000'], on('front')),
      ];
      await firstOutput(picky.main.stdout);
      const asked = [{ container: picky }, { container: client }];
      expect(surprisesOf(await surveyOf(asked, { allow: ['client -> picky:7000'] }))).toEqual([]);
      const socket = await client.dial('picky', 7000, never);
      expect(await firstOutput(socket)).toBe('the one');
      socket.destroy();
    }));

  test('two in one network namespace reach each other at the loopback', () =>
    within(async ({ start }) => {
      const web = await start('web', server(`server().listen(80, '::', up)`));
      await firstOutput(web.main.stdout);
      const side = await start('side', ['sleep', '1000'], { network: { kind: 'shared', container: 'web' } });
      const asked = [{ container: web }, { container: side, namespaceOf: 'web' }];
      const allow = ['side -> web:80', 'web -> side:80'];
      expect(surprisesOf(await surveyOf(asked, { allow }))).toEqual([]);
    }));

  test('what listens at an address of a shared namespace is no secret to who shares it, and its owner’s end hides nothing', () =>
    within(async ({ start }) => {
      const listen = `(() => { const { address } = require('node:os').networkInterfaces().eth0[0]; server().listen(80, address, up); })()`;
      const web = await start('web', server(listen), on('front'));
      await firstOutput(web.main.stdout);
      const shared = { network: { kind: 'shared', container: 'web' } } as const;
      const side = await start('side', ['sleep', '1000'], shared);
      const client = await start('client', ['sleep', '1000'], on('front'));
      const asked = [{ container: web }, { container: side, namespaceOf: 'web' }, { container: client }];
      const deny = { default: 'allow', deny: ['side -> web:80', 'client -> side:9'] };
      const open = [
        'client -> side:9/tcp 4 too-open open',
        'client -> side:9/tcp 6 too-open open',
        'side -> web:80/tcp 4 too-open open',
        'side -> web:80/tcp 6 too-open open',
      ];
      expect(surprisesOf(await surveyOf(asked, deny))).toEqual(open);
      await web.stop(0);
      const later = surprisesOf(await surveyOf(asked, deny)).filter((line) =>
        line.startsWith('client -> side:9'),
      );
      expect(later).toEqual(open.slice(0, 2));
    }));

  test('nothing is sent over an interface that no network of the scenario has, though the kernel has a route there', () =>
    within(async (bench) => {
      const asked = await shop(bench);
      const odd = asked.map((one) =>
        one.container.name === 'client' ? { ...one, container: unattached(one.container) } : one,
      );
      const facts = await surveyOf(odd, { default: 'allow', deny: ['web -> db:5432'] }, [4]);
      const found = facts.surprises.find(({ from, to }) => from === 'client' && to === 'web');
      expect(found, JSON.stringify(facts.surprises)).toMatchObject({ outcome: 'unreachable' });
      expect(found?.why).toContain('the only route leads out of the scenario, nothing was sent');
    }));

  test('who has no address is reached by nobody, which a helper that sees nothing does not show', () =>
    within(async ({ start }) => {
      const client = await start('client', ['sleep', '1000'], on('front'));
      const alone = await start('alone', ['sleep', '1000'], { network: { kind: 'none' } });
      const asked = [{ container: client }, { container: alone }];
      const deny = { deny: ['client -> alone:80'] };
      expect(surprisesOf(await surveyOf(asked, deny, [4]))).toEqual([]);
      const blind = asked.map((one) => ({ ...one, container: blinded(one.container, 'alone') }));
      expect(surprisesOf(await surveyOf(blind, deny, [4]))).toEqual([
        'client -> alone:80/tcp 4 inconclusive unreachable',
      ]);
    }));

  test(
    'more services on one network than the kernel has room for neighbours',
    () =>
      within(async ({ start }) => {
        const names = Array.from({ length: 66 }, (_unused, index) => `s${index}`);
        const containers: Container[] = [];
        for (const name of names) containers.push(await start(name, ['sleep', '1000'], on('front')));
        const asked = containers.map((container) => ({ container, ports: [80] }));
        const facts = await surveyOf(asked, { default: 'allow', deny: ['s0 -> s1:80'] });
        expect(surprisesOf(facts)).toEqual(both((family) => `s0 -> s1:80/tcp ${family} too-open open`));
        await takeDown(containers[7]);
        const closed = await surveyOf(asked, { default: 'allow', deny: ['s7 -> *:*', '* -> s7:80'] });
        expect(surprisesOf(closed)).toEqual([]);
        const open = await surveyOf(asked, { default: 'allow', deny: ['s8 -> s7:80'] }, [4]);
        expect(surprisesOf(open)).toHaveLength(2 * 65 - 1);
      }),
    120_000,
  );
});
