import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import type { FaultSpec } from '../../../../src/core/fault.ts';
import { describeRequiring } from '../../../requires.ts';
import { type Bench, codeOf, firstOutput, inSandbox, never } from '../../contract/contract-kit.ts';
import { countEchoes } from '../net/count-echoes.ts';
import { openNetworkBed, runIn } from '../network/network-bed.ts';
import { newestSandbox } from '../sandbox-processes.ts';
import { dialled, isConnectedAgain, nodeIn, open, startEcho } from './line-kit.ts';
import { hear, keepOpen, send, talk } from './line-scripts.ts';

const subject = openNetworkBed(() => []);
const networks = { networks: [{ name: 'front', egress: false }] };

/** By its loopback, of each network of the newest sandbox, as the kernel has them: IPv4 routes and IPv6 addresses. */
function routesOfNetworks(): readonly string[] {
  const directory = `/proc/${newestSandbox().init}/fd`;
  const isNetwork = (fd: string): boolean => readlinkSync(`${directory}/${fd}`).startsWith('net:');
  const read = ['cat', '/proc/self/net/route', '/proc/self/net/if_inet6'];
  return readdirSync(directory)
    .filter(isNetwork)
    .map((fd) => execFileSync('nsenter', [`--net=${directory}/${fd}`, ...read], { encoding: 'utf8' }))
    .flatMap((text) => text.split('\n'))
    .filter((line) => /\blo\b/.test(line));
}

/** Three that can all reach each other. */
function withThree(
  body: (bench: Bench, three: Readonly<Record<'one' | 'two' | 'three', Container>>) => Promise<void>,
): Promise<void> {
  return inSandbox(
    subject,
    async (bench) => {
      const [one, two, three] = await Promise.all(
        ['one', 'two', 'three'].map((name) => startEcho(bench, name, 'front')),
      );
      if (one === undefined || two === undefined || three === undefined)
        throw new Error('three were started');
      await body(bench, { one, two, three });
    },
    networks,
  );
}

const begin = ({ sandbox }: Bench, spec: FaultSpec) => sandbox.fault(spec, never);

describeRequiring(['userns', 'overlay', 'net', 'fault-filter'], 'partitions (R25)', () => {
  test('R25 partition: nothing passes between the sides, open connections starve and go on, others notice nothing', () =>
    withThree(async (bench, { one, two, three }) => {
      const talking = await open(one, talk('two'));
      const fault = await begin(bench, {
        kind: 'partition',
        cuts: [
          { from: ['one'], to: ['two', 'three'] },
          { from: ['two', 'three'], to: ['one'] },
        ],
      });
      expect(await dialled(one, 'two')).toBe('silent');
      expect(await dialled(two, 'one')).toBe('silent');
      expect(await dialled(three, 'one')).toBe('silent');
      expect(await dialled(two, 'three')).toBe('connected');
      await fault[Symbol.asyncDispose]();
      for (const host of ['two', 'three']) expect(await dialled(one, host)).toBe('connected');
      await runIn(one, ['mkdir', '/enough']);
      expect(await talking.said).toBe('open\nit goes on\n');
    }));

  test('R25 partition: one way only, over every network, also of who starts again or joins meanwhile', () =>
    inSandbox(
      subject,
      async (bench) => {
        const one = await startEcho(bench, 'one', 'front', 'back');
        const two = await startEcho(bench, 'two', 'front', 'back');
        const address = (network: string) =>
          two.networks.find((each) => each.network === network)?.ipv4 ?? '';
        const fault = await begin(bench, { kind: 'partition', cuts: [{ from: ['one'], to: ['two'] }] });
        expect(await dialled(one, address('front'))).toBe('silent');
        expect(await dialled(one, address('back'))).toBe('silent');
        // What two sends arrives, and what one would answer does not.
        const listening = await open(one, hear);
        await nodeIn(two, send('one'));
        expect(await listening.said).toBe('up\nheard\n');
        await two.stop(0);
        await two.start(never);
        await firstOutput(two.main.stdout);
        expect(await dialled(one, address('front')), 'after a restart').toBe('silent');
        for (const container of [one, two]) await container.connect('side');
        expect(await dialled(one, address('side')), 'on a network joined since').toBe('silent');
        await fault[Symbol.asyncDispose]();
        for (const network of ['front', 'back', 'side'])
          expect(await dialled(one, address(network))).toBe('connected');
      },
      { networks: ['front', 'back', 'side'].map((name) => ({ name, egress: false })) },
    ));

  test('R25 partition: of a delayed line, too, whichever begins first', () =>
    withThree(async (bench, { one }) => {
      const cut: FaultSpec = { kind: 'partition', cuts: [{ from: ['one'], to: ['two'] }] };
      const delay: FaultSpec = { kind: 'delay', containers: ['one'], delayMs: 5, jitterMs: 0 };
      for (const [first, second] of [
        [cut, delay],
        [delay, cut],
      ] as const) {
        const faults = [await begin(bench, first), await begin(bench, second)];
        expect(await dialled(one, 'two')).toBe('silent');
        expect(await dialled(one, 'three')).toBe('connected');
        for (const fault of faults) await fault[Symbol.asyncDispose]();
        await isConnectedAgain(one, 'two');
      }
    }));

  test('R25 those who share no network cannot be cut off from each other: FAULT_UNSUPPORTED', () =>
    inSandbox(
      subject,
      async (bench) => {
        await startEcho(bench, 'one', 'front');
        await startEcho(bench, 'two', 'back');
        expect(
          await codeOf(begin(bench, { kind: 'partition', cuts: [{ from: ['one'], to: ['two'] }] })),
        ).toBe('FAULT_UNSUPPORTED');
      },
      { networks: ['front', 'back'].map((name) => ({ name, egress: false })) },
    ));
});

describeRequiring(['userns', 'overlay', 'net', 'fault-filter'], 'lossy lines (R25)', () => {
  const datagrams = 1_000;

  /** As far from its mean as a binomial number of so many trials gets in one of a million cases. */
  const margin = (share: number): number => 4.9 * Math.sqrt((share * (1 - share)) / datagrams);

  const lossOf = async (from: Container, host: string): Promise<number> =>
    1 - Number(await nodeIn(from, countEchoes(host, datagrams))) / datagrams;

  test('R25 loss: the share that was said, in each direction; with peers, of what they exchange', () =>
    withThree(async (bench, { one, three }) => {
      expect(await lossOf(one, 'two'), 'without').toBe(0);
      const fault = await begin(bench, { kind: 'loss', containers: ['two'], peers: ['one'], percent: 20 });
      const share = 1 - 0.8 ** 2; // there and back
      expect(Math.abs((await lossOf(one, 'two')) - share)).toBeLessThan(margin(share));
      expect(await lossOf(three, 'two'), 'with others').toBe(0);
      await fault[Symbol.asyncDispose]();
      expect(await lossOf(one, 'two'), 'undone').toBe(0);
    }));

  test('R25 loss: once for each of two that are both named, and again for a second fault', () =>
    withThree(async (bench, { one }) => {
      await lossOf(one, 'two'); // they know each other's hardware address, which would be asked for otherwise
      await begin(bench, { kind: 'loss', containers: ['one', 'two'], percent: 10 });
      const once = 1 - 0.9 ** 2;
      expect(Math.abs((await lossOf(one, 'two')) - once)).toBeLessThan(margin(once));
      await begin(bench, { kind: 'loss', containers: ['one'], percent: 15 });
      const twice = 1 - (0.9 * 0.85) ** 2;
      expect(Math.abs((await lossOf(one, 'two')) - twice)).toBeLessThan(margin(twice));
    }));

  test('R25 loss: of all, nothing passes', () =>
    withThree(async (bench, { one }) => {
      await begin(bench, { kind: 'loss', containers: ['two'], percent: 100 });
      expect(await dialled(one, 'two')).toBe('silent');
      expect(await dialled(one, 'three')).toBe('connected');
    }));
});

describeRequiring(['userns', 'overlay', 'net', 'fault-reset'], 'resets (R25)', () => {
  test.each([4, 6] as const)(
    'R25 reset: silent connections end with a reset at both ends, new ones are refused (IPv%i)',
    (family) =>
      withThree(async (bench, { one, two, three }) => {
        const silent = await open(one, keepOpen('two', 7, family));
        const other = await open(one, keepOpen('three', 7, family));
        const atServer = firstOutput(two.main.stdout);
        const fault = await begin(bench, { kind: 'reset', containers: ['two'] });
        expect(await silent.said).toBe('open\nECONNRESET\n');
        expect(await atServer).toBe('ECONNRESET\n');
        expect(await dialled(one, 'two')).toBe('ECONNREFUSED');
        expect(await dialled(two, 'three'), 'in each direction').toBe('ECONNREFUSED');
        expect(await dialled(three, 'one'), 'others').toBe('connected');
        expect(routesOfNetworks(), 'an answer needs a route').toHaveLength(2);
        await fault[Symbol.asyncDispose]();
        expect(routesOfNetworks()).toEqual([]);
        expect(await dialled(one, 'two')).toBe('connected');
        await other.stop();
        expect(await other.said, 'the connection of others').toBe('open\n');
      }),
  );

  test('R25 reset: of one port, with some peers only, also of who starts again', () =>
    withThree(async (bench, { one, two, three }) => {
      const other = await open(one, keepOpen('two', 8, 4));
      await begin(bench, { kind: 'reset', containers: ['two'], peers: ['one'], port: 7 });
      expect(await dialled(one, 'two', 7)).toBe('ECONNREFUSED');
      expect(await dialled(one, 'two', 8)).toBe('connected');
      expect(await dialled(three, 'two', 7)).toBe('connected');
      await other.stop();
      expect(await other.said, 'the connection to the other port').toBe('open\n');
      await two.stop(0);
      await two.start(never);
      await firstOutput(two.main.stdout);
      expect(await dialled(one, 'two', 7)).toBe('ECONNREFUSED');
      expect(await dialled(one, 'two', 8)).toBe('connected');
    }));

  test('R25 reset: of a delayed line', () =>
    withThree(async (bench, { one }) => {
      await begin(bench, { kind: 'delay', containers: ['two'], delayMs: 20, jitterMs: 0 });
      const silent = await open(one, keepOpen('two', 7, 4));
      await begin(bench, { kind: 'reset', containers: ['two'] });
      expect(await silent.said).toBe('open\nECONNRESET\n');
      expect(await dialled(one, 'two')).toBe('ECONNREFUSED');
    }));
});
