import { expect, test } from 'vitest';
import type { FaultSpec } from '../../../../src/core/fault.ts';
import { describeRequiring } from '../../../requires.ts';
import { inSandbox, never } from '../../contract/contract-kit.ts';
import { addressOf, openNetworkBed } from '../network/network-bed.ts';
import { childrenOf, descriptorsOf, newestSandbox } from '../sandbox-processes.ts';
import { dialled, isConnectedAgain, nodeIn, startEcho } from './line-kit.ts';

const subject = openNetworkBed(() => []);
const networks = { networks: [{ name: 'front', egress: false }] };

const faults: readonly FaultSpec[] = [
  { kind: 'delay', containers: ['two'], delayMs: 60, jitterMs: 0 },
  { kind: 'rate', containers: ['two'], bytesPerSecond: 200_000 },
  { kind: 'reset', containers: ['two'], peers: ['one'], port: 8 },
  { kind: 'partition', cuts: [{ from: ['three'], to: ['two'] }] },
  { kind: 'loss', containers: ['one'], peers: ['three'], percent: 100 },
  { kind: 'dns', containers: ['three'], names: ['one'], answer: 'nxdomain' },
];

/** Milliseconds until a connection is there. */
const connectMs = (host: string): string => `
  const from = performance.now();
  require('node:net').connect(7, '${host}', () => { console.log(performance.now() - from); process.exit(); });`;

const orders: readonly { readonly order: string; readonly undo: (count: number) => readonly number[] }[] = [
  { order: 'the last first', undo: (count) => Array.from({ length: count }, (_, at) => count - 1 - at) },
  { order: 'the first first', undo: (count) => Array.from({ length: count }, (_, at) => at) },
];

describeRequiring(
  ['userns', 'overlay', 'net', 'fault-filter', 'fault-reset', 'fault-delay', 'fault-rate'],
  'many faults at once (R25)',
  () => {
    test.each(orders)('R25 each has its effect, and none is left when they are undone, $order', ({ undo }) =>
      inSandbox(
        subject,
        async (bench) => {
          const [one, two, three] = [
            await startEcho(bench, 'one', 'front'),
            await startEcho(bench, 'two', 'front'),
            await startEcho(bench, 'three', 'front'),
          ];
          const begun = [];
          for (const spec of faults) begun.push(await bench.sandbox.fault(spec, never));
          expect(Number(await nodeIn(one, connectMs('two')))).toBeGreaterThanOrEqual(120);
          expect(await dialled(one, 'two', 8)).toBe('ECONNREFUSED');
          expect(await dialled(three, 'two')).toBe('silent');
          expect(await dialled(three, 'one')).toBe('ENOTFOUND');
          expect(await dialled(three, addressOf(one, 'front'))).toBe('silent');
          await two.stop(0);
          await two.start(never);
          for (const at of undo(begun.length)) await begun[at]?.[Symbol.asyncDispose]();
          for (const port of [7, 8]) {
            await isConnectedAgain(one, 'two', port);
            await isConnectedAgain(three, 'one', port);
            await isConnectedAgain(three, 'two', port);
          }
          await expect
            .poll(async () => Number(await nodeIn(one, connectMs('two'))), { timeout: 20_000 })
            .toBeLessThan(120);
        },
        networks,
      ),
    );

    test('R25 begun and undone ten times, they leave no process and no descriptor behind', () =>
      inSandbox(
        subject,
        async (bench) => {
          for (const name of ['one', 'two', 'three']) await startEcho(bench, name, 'front');
          const { init } = newestSandbox();
          const before = { children: childrenOf(init), descriptors: descriptorsOf(init) };
          for (let round = 0; round < 10; round += 1) {
            const begun = [];
            for (const spec of faults) begun.push(await bench.sandbox.fault(spec, never));
            await Promise.all(begun.map((fault) => fault[Symbol.asyncDispose]()));
          }
          expect({ children: childrenOf(init), descriptors: descriptorsOf(init) }).toEqual(before);
        },
        networks,
      ));
  },
);
