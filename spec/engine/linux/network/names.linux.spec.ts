import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWithPrograms } from '../../../requires.ts';
import { inSandbox } from '../../contract/contract-kit.ts';
import { addressOf, compileForMusl, openNetworkBed, runIn, startIdle, startNamed } from './network-bed.ts';
import { resolvers } from './resolvers.ts';

const networks = {
  networks: [
    { name: 'front', egress: false },
    { name: 'back', egress: false },
    { name: 'old', egress: false, subnet4: '10.77.0.0/24' },
  ],
};

/** The shortest time-out of these resolvers is 5 s: whoever answers sooner has been told. */
const toldWithinMs = 4_000;

describeWithPrograms(
  ['musl-gcc', 'busybox', 'getent'],
  ['userns', 'overlay', 'net', 'ipv6'],
  'names, asked by real programs (R10, R11)',
  () => {
    const muslIn = (directory: string): string => join(directory, 'musl-resolve');
    const subject = openNetworkBed((directory) => ['getent', 'busybox', compileForMusl(muslIn(directory))]);

    describe.each(resolvers(muslIn(subject.directory)))('$name', ({ resolve }) => {
      test('finds members of shared networks by name and alias, in both families, and nobody else', () =>
        inSandbox(
          subject,
          async (bench) => {
            const web = await startIdle(bench, 'web', 'front', { network: 'back', aliases: ['www'] });
            const db = await startIdle(bench, 'db', { network: 'back', aliases: ['postgres'] });
            const client = await startIdle(bench, 'client', 'front');
            const both = (network: string): readonly string[] =>
              [addressOf(web, network), addressOf(web, network, 'ipv6')].sort();
            expect(await resolve(client, 'web')).toEqual(both('front'));
            expect(await resolve(db, 'web')).toEqual(both('back'));
            expect(await resolve(db, 'www')).toEqual(both('back'));
            expect(await resolve(web, 'postgres')).toEqual(
              [addressOf(db, 'back'), addressOf(db, 'back', 'ipv6')].sort(),
            );
            for (const other of ['db', 'postgres', 'www']) {
              expect(await resolve(client, other), other).toBe('no such name');
            }
          },
          networks,
        ));

      test('is told at once that a name does not exist', () =>
        inSandbox(
          subject,
          async (bench) => {
            const client = await startIdle(bench, 'client', 'front');
            for (const name of ['nobody', 'nobody.example.org']) {
              const askedAt = performance.now();
              expect(await resolve(client, name)).toBe('no such name');
              expect(performance.now() - askedAt).toBeLessThan(toldWithinMs);
            }
          },
          networks,
        ));

      test('takes the one family of an IPv4 network for all there is', () =>
        inSandbox(
          subject,
          async (bench) => {
            const legacy = await startIdle(bench, 'legacy', 'old');
            const client = await startIdle(bench, 'client', 'old');
            expect(addressOf(legacy, 'old', 'ipv6')).toBe('');
            const askedAt = performance.now();
            expect(await resolve(client, 'legacy')).toEqual([addressOf(legacy, 'old')]);
            expect(performance.now() - askedAt).toBeLessThan(toldWithinMs);
          },
          networks,
        ));
    });

    test('NXDOMAIN for A and AAAA of an unknown name, no data for AAAA of an IPv4 name', () =>
      inSandbox(
        subject,
        async (bench) => {
          await startIdle(bench, 'legacy', 'old');
          const client = await startIdle(bench, 'client', 'old');
          const ask = async (name: string, type: 'A' | 'AAAA'): Promise<string> => {
            const script = `require('node:dns').resolve('${name}', '${type}', (error, found) => console.log(error ? error.code : found.join()))`;
            return (await runIn(client, ['node', '-e', script])).stdout.trim();
          };
          expect(await ask('nobody', 'A')).toBe('ENOTFOUND');
          expect(await ask('nobody', 'AAAA')).toBe('ENOTFOUND');
          expect(await ask('legacy', 'A')).toMatch(/^10\.77\.0\.\d+$/);
          expect(await ask('legacy', 'AAAA')).toBe('ENODATA');
        },
        networks,
      ));

    test('busybox wget fetches a page by name', () =>
      inSandbox(
        subject,
        async (bench) => {
          await startNamed(bench, 'web', 'front');
          const client = await startIdle(bench, 'client', 'front');
          const done = await runIn(client, ['busybox', 'wget', '-q', '-O', '-', 'http://web:7000/']);
          expect([done.stderr, done.stdout.split(' ')[0]]).toEqual(['', 'web']);
        },
        networks,
      ));
  },
);
