import { describe, expect, test } from 'vitest';
import type { FaultSpec } from '../../../src/core/fault.ts';
import { on } from './container-spec.ts';
import { type ContractSubject, codeOf, inSandbox, never } from './contract-kit.ts';

const network = { networks: [{ name: 'front', egress: false }] };

const faults: readonly FaultSpec[] = [
  { kind: 'dns', containers: ['one'], names: ['two'], answer: 'nxdomain' },
  { kind: 'dns', containers: ['one', 'two'], answer: 'slow', delayMs: 5 },
  { kind: 'disk_full', container: 'one', path: '/' },
  { kind: 'rate', containers: ['one', 'two'], bytesPerSecond: 100_000 },
  { kind: 'delay', containers: ['one', 'two'], delayMs: 20, jitterMs: 5 },
  { kind: 'partition', cuts: [{ from: ['one'], to: ['two'] }] },
  { kind: 'loss', containers: ['one', 'two'], percent: 30 },
  { kind: 'reset', containers: ['one'], peers: ['two'], port: 80 },
];

export function describeFaults(subject: ContractSubject): void {
  describe('faults (R25)', () => {
    test.each(faults)('R25 $kind begins, and disposing undoes it as often as one likes', (spec) =>
      inSandbox(
        subject,
        async ({ sandbox, start }) => {
          await start('one', ['sleep', '1000'], on('front'));
          await start('two', ['sleep', '1000'], on('front'));
          const fault = await sandbox.fault(spec, never);
          expect(fault.spec).toEqual(spec);
          await fault[Symbol.asyncDispose]();
          await fault[Symbol.asyncDispose]();
          await (await sandbox.fault(spec, never))[Symbol.asyncDispose]();
        },
        network,
      ),
    );

    test('R25 the sandbox can be closed while faults last', () =>
      inSandbox(
        subject,
        async ({ sandbox, start }) => {
          await start('one', ['sleep', '1000'], on('front'));
          await start('two', ['sleep', '1000'], on('front'));
          for (const spec of faults) await sandbox.fault(spec, never);
        },
        network,
      ));

    test('R25 CONTAINER_STATE for a container that does not exist', () =>
      inSandbox(subject, async ({ sandbox }) => {
        const fault = sandbox.fault({ kind: 'dns', containers: ['ghost'], answer: 'servfail' }, never);
        expect(await codeOf(fault)).toBe('CONTAINER_STATE');
      }));

    test('R25 nothing begins once the signal is aborted', () =>
      inSandbox(subject, async ({ sandbox, start }) => {
        await start('one', ['sleep', '1000']);
        const fault = sandbox.fault({ kind: 'disk_full', container: 'one', path: '/' }, AbortSignal.abort());
        await expect(fault).rejects.toThrow();
      }));
  });
}
