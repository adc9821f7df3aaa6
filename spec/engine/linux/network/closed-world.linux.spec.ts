import { afterAll, describe, expect, test } from 'vitest';
import { describeAsRoot, describeWithPrograms } from '../../../requires.ts';
import { ClosedWorld, hasTun, standIn } from './closed-world.ts';

/** Run inside a service: what became of a request to each URL, and how many default routes there are. */
const look = String.raw`
  const { readFileSync } = require('node:fs');
  const lines = (name) => readFileSync('/proc/net/' + name, 'utf8').trim().split('\n');
  const routes4 = lines('route').slice(1).filter((line) => line.split('\t')[1] === '00000000');
  const routes6 = lines('ipv6_route').filter((line) => /^0{32} 00 /.test(line) && !line.endsWith(' lo'));
  console.log('default routes', routes4.length, routes6.length);
  (async () => {
    for (const url of process.argv.slice(1))
      await fetch(url).then((r) => r.text(), ({ cause }) => cause.code).then((seen) => console.log(url, seen));
  })();`;

function scenario(egress: boolean, seen: Readonly<Record<string, string>>): string {
  const expected = [
    egress ? 'default routes 1 1' : 'default routes 0 0',
    ...Object.entries(seen).map(([host, outcome]) => `${urlOf(host)} ${outcome}`),
  ];
  return JSON.stringify({
    name: egress ? 'open' : 'sealed',
    images: { node: { host: ['node'] } },
    networks: { net: { egress } },
    services: {
      one: {
        image: 'node',
        command: ['node', '-e', 'setInterval(() => {}, 1e6)'],
        networks: ['net'],
        ...(egress ? { dns: [standIn.server4] } : {}),
      },
    },
    steps: [
      {
        in: 'one',
        run: ['node', '-e', look, ...Object.keys(seen).map(urlOf)],
        expect: { stdout: { equals: `${expected.join('\n')}\n` } },
      },
      // The same from the service's place, though none of its programs does it.
      {
        in: 'one',
        http: { url: urlOf('www.outside.test') },
        expect: egress ? { body: 'the outside' } : { error: 'no-name' },
      },
      { in: 'one', http: { url: urlOf('nobody.outside.test') }, expect: { error: 'no-name' } },
    ],
  });
}

const urlOf = (host: string): string => `http://${host.includes(':') ? `[${host}]` : host}:8080/`;

/** Every address of the host, its gateway and the world, over both families, and a way around that people try. */
const everywhere: readonly string[] = [
  standIn.host4,
  standIn.host6,
  '198.51.100.1',
  '2001:db8:1::1',
  standIn.server4,
  standIn.server6,
  standIn.metadata4,
  `::ffff:${standIn.host4}`,
];

const needed = ['unshare', 'nsenter', 'ip'];

describeAsRoot(['userns', 'overlay', 'net', 'ipv6'], 'a world made for the test, seen from a service', () => {
  const world = new ClosedWorld();
  afterAll(() => world.remove());

  describeWithPrograms(needed, [], 'on a sealed network (R10)', () => {
    test('there is no route anywhere, and neither host nor gateway nor outside is reachable', async () => {
      const seen = Object.fromEntries([
        ...everywhere.map((host) => [host, 'ENETUNREACH']),
        ...['127.0.0.1', '::1'].map((host) => [host, 'ECONNREFUSED']),
        ['www.outside.test', 'ENOTFOUND'],
      ]);
      const file = world.write('sealed.yaml', scenario(false, seen));
      const { status, text } = await world.mayfly(['test', file]);
      expect(status, text).toBe(0);
    });
  });

  describeWithPrograms(
    [...needed, 'pasta'],
    [],
    `on a network with egress (R10)${hasTun() ? '' : ' (needs /dev/net/tun)'}`,
    () => {
      test.skipIf(!hasTun())(
        'the outside answers by address and by name; host, gateway and metadata stay unreachable',
        async () => {
          const seen = {
            [standIn.server4]: 'the outside',
            [standIn.server6]: 'the outside',
            'www.outside.test': 'the outside',
            'nobody.outside.test': 'ENOTFOUND',
            // Not the host's loopback, which pasta would make of it.
            '198.51.100.1': 'the outside',
            // The main addresses of the host are the container's own there.
            [standIn.host4]: 'ECONNREFUSED',
            [standIn.host6]: 'ECONNREFUSED',
            '127.0.0.1': 'ECONNREFUSED',
            [standIn.metadata4]: 'EHOSTUNREACH',
          };
          const file = world.write('open.yaml', scenario(true, seen));
          const { status, text } = await world.mayfly(['test', file]);
          expect(status, text).toBe(0);
        },
      );
    },
  );

  describe('without pasta', () => {
    test('egress is refused with the remedy, before anything starts', async () => {
      const file = world.write('open.yaml', scenario(true, {}));
      const { status, text } = await world.mayfly(['test', file], '/nonexistent');
      expect(status, text).toBe(3);
      expect(text).toContain('HOST_MISSING_PROGRAM');
      expect(text).toContain('network net has `egress: true`, but the program pasta is not installed');
      expect(text).toContain('install the package passt: apt-get install passt');
    });
  });
});
