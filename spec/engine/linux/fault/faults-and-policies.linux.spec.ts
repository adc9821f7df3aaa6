import { expect, test } from 'vitest';
import type { FaultSpec } from '../../../../src/core/fault.ts';
import { describeRequiring } from '../../../requires.ts';
import { inSandbox, never } from '../../contract/contract-kit.ts';
import { openNetworkBed } from '../network/network-bed.ts';
import { dialled, open, startEcho } from './line-kit.ts';
import { keepOpen } from './line-scripts.ts';

const subject = openNetworkBed(() => []);

/** web may open port 7 of db, and nobody anything else. */
const networks = {
  networks: [
    {
      name: 'back',
      egress: false,
      policy: { allow: [{ from: ['web'], to: ['db'], protocol: 'tcp', port: 7 } as const] },
    },
  ],
};

const faults: readonly (FaultSpec & { readonly seen: string })[] = [
  { kind: 'delay', containers: ['db', 'web'], delayMs: 10, jitterMs: 5, seen: 'connected' },
  { kind: 'partition', cuts: [{ from: ['db'], to: ['web'] }], seen: 'silent' },
  { kind: 'loss', containers: ['db'], percent: 100, seen: 'silent' },
  { kind: 'reset', containers: ['db'], seen: 'ECONNREFUSED' },
];

describeRequiring(
  ['userns', 'overlay', 'net', 'fault-filter', 'fault-reset', 'fault-delay'],
  'faults on a network with a policy (R25, R12)',
  () => {
    test.each(faults)(
      'R25 $kind: what the policy allows is $seen, also after a restart, and all is as before when it is undone',
      ({ seen, ...spec }) =>
        inSandbox(
          subject,
          async (bench) => {
            const db = await startEcho(bench, 'db', 'back');
            const web = await startEcho(bench, 'web', 'back');
            const fault = await bench.sandbox.fault(spec, never);
            expect(await dialled(web, 'db')).toBe(seen);
            await web.stop(0);
            await web.start(never);
            expect(await dialled(web, 'db'), 'after a restart').toBe(seen);
            expect(await dialled(web, 'db', 8), 'another port').toBe('silent');
            expect(await dialled(db, 'web'), 'the other way').toBe('silent');
            await fault[Symbol.asyncDispose]();
            expect(await dialled(web, 'db')).toBe('connected');
            expect(await dialled(db, 'web')).toBe('silent');
          },
          networks,
        ),
    );

    test('R25 reset: of a silent connection that the policy allows, on a long line', () =>
      inSandbox(
        subject,
        async (bench) => {
          await startEcho(bench, 'db', 'back');
          const web = await startEcho(bench, 'web', 'back');
          const silent = await open(web, keepOpen('db', 7, 4));
          await bench.sandbox.fault({ kind: 'delay', containers: ['web'], delayMs: 10, jitterMs: 0 }, never);
          await bench.sandbox.fault({ kind: 'reset', containers: ['web'], port: 7 }, never);
          expect(await silent.said).toBe('open\nECONNRESET\n');
        },
        networks,
      ));
  },
);
