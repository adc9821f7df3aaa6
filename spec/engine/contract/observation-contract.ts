import { describe, expect, test } from 'vitest';
import { processSpec } from './container-spec.ts';
import { type ContractSubject, inSandbox, never } from './contract-kit.ts';

/** What is seen from outside of a container, whatever is in it. */
export function describeObservation(subject: ContractSubject): void {
  describe('observation', () => {
    test('processes: the main one and those of exec, with their users, by the numbers of the container', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        await container.exec(processSpec(['sleep', '2000'], { user: '1:1' }), never);
        const seen = await container.processes();
        const of = (argument: string) => seen.find(({ argv }) => argv.at(-1) === argument);
        expect(of('1000')).toMatchObject({ pid: container.main.pid, uid: 0, name: 'sleep' });
        expect(of('2000')).toMatchObject({ uid: 1, name: 'sleep' });
        expect(new Set(seen.map(({ pid }) => pid)).size).toBe(seen.length);
        expect(seen.map(({ pid }) => pid)).toContain(1);
      }));

    test('processes of one container are not those of another, and an ended one has none', () =>
      inSandbox(subject, async ({ start }) => {
        const [one, two] = await Promise.all([
          start('one', ['sleep', '1000']),
          start('two', ['sleep', '2000']),
        ]);
        const words = (await two.processes()).flatMap(({ argv }) => argv);
        expect(words).toContain('2000');
        expect(words).not.toContain('1000');
        await one.stop(0);
        expect(await one.processes()).toEqual([]);
        expect((await two.processes()).length).toBeGreaterThan(0);
      }));

    test('usage is counted where that was asked for, or something is limited', () =>
      inSandbox(subject, async ({ start }) => {
        const [plain, measured] = await Promise.all([
          start('plain', ['sleep', '1000']),
          start('measured', ['sleep', '1000'], { measured: true }),
        ]);
        expect(await plain.usage()).toEqual({});
        const usage = await measured.usage();
        // A host without control groups counts nothing.
        if (usage.pids !== undefined) expect(usage.pids).toBeGreaterThan(0);
        if (usage.memoryBytes !== undefined) expect(usage.memoryBytes).toBeGreaterThan(0);
        if (usage.oomKills !== undefined) expect(usage.oomKills).toBe(0);
      }));

    // A sanitized launcher is no static program, and so cannot be executed in an image that lacks its libraries.
    if (process.env.MAYFLY_SPEC_LIBRARIES === undefined) {
      test('a probe answers every call of a batch, and knows its environment', () =>
        inSandbox(subject, async ({ start }) => {
          const container = await start('one', ['sleep', '1000']);
          await using probe = await container.probe('itself', never);
          const results = await probe.calls([
            { name: 'getpid', args: [] },
            { name: 'uname', args: [{ out: 390 }] },
          ]);
          expect(results.map(({ out }) => out.map(({ length }) => length))).toEqual([[], [390]]);
          expect(probe.environment.every((line) => line.includes('='))).toBe(true);
        }));
    }

    test('an ended container has neither probe nor witness', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        expect((await container.witness()).pid).toBeGreaterThan(0);
        await container.stop(0);
        await expect(container.probe('itself', never)).rejects.toMatchObject({ code: 'CONTAINER_STATE' });
        await expect(container.witness()).rejects.toMatchObject({ code: 'CONTAINER_STATE' });
      }));
  });
}
