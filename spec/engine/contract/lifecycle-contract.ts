import { describe, expect, test } from 'vitest';
import { containerSpec, processSpec } from './container-spec.ts';
import {
  type ContractSubject,
  codeOf,
  finish,
  firstOutput,
  inSandbox,
  never,
  teardownBudgetMs,
} from './contract-kit.ts';
import { counter, exitsOnTerm, ignoresTerm, node } from './node-scripts.ts';

export function describeLifecycle(subject: ContractSubject): void {
  describe('the life of a container', () => {
    test('goes from running through paused and running to exited and removed', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        const seen = [container.state];
        await container.pause();
        seen.push(container.state);
        await container.unpause();
        seen.push(container.state);
        await container.stop();
        seen.push(container.state);
        await container.remove();
        seen.push(container.state);
        expect(seen).toEqual(['running', 'paused', 'running', 'exited', 'removed']);
      }));

    test('an id has 64 hex digits and is its own', () =>
      inSandbox(subject, async ({ start }) => {
        const [one, two] = await Promise.all([
          start('one', ['sleep', '1000']),
          start('two', ['sleep', '1000']),
        ]);
        expect(one.id).toMatch(/^[0-9a-f]{64}$/);
        expect(one.id).not.toBe(two.id);
        expect([one.name, two.name]).toEqual(['one', 'two']);
      }));

    test('stop sends the stop signal and waits for the end', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', node(exitsOnTerm));
        await firstOutput(container.main.stdout);
        expect(await container.stop()).toEqual({ code: 3, oomKilled: false });
      }));

    test('stop sends the signal that was declared', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000'], { stopSignal: 'SIGINT', init: true });
        expect(await container.stop()).toMatchObject({ code: 130, signal: 'SIGINT' });
      }));

    test('stop kills after the grace', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', node(ignoresTerm));
        await firstOutput(container.main.stdout);
        expect(await container.stop(50)).toMatchObject({ code: 137, signal: 'SIGKILL' });
      }));

    test('stop of an ended container gives its status again', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sh', '-c', 'exit 4']);
        await container.main.exited;
        expect(await container.stop()).toMatchObject({ code: 4 });
      }));

    test('a paused container writes nothing, and goes on when it is unpaused', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', node(counter));
        await firstOutput(container.main.stdout);
        await container.pause();
        const drained: Uint8Array[] = [];
        container.main.stdout.on('data', (chunk: Uint8Array) => drained.push(chunk));
        // An exec of another container takes far longer than the counter's 10 ms, in any engine's time.
        const other = await start('two', ['sleep', '0.1']);
        await other.main.exited;
        const before = drained.length;
        const third = await start('three', ['sleep', '0.1']);
        await third.main.exited;
        expect(drained.length).toBe(before);
        await container.unpause();
        await firstOutput(container.main.stdout);
        expect(drained.length).toBeGreaterThan(before);
      }));

    test('a paused container can be stopped', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', node(exitsOnTerm));
        await firstOutput(container.main.stdout);
        await container.pause();
        expect((await container.stop(5_000)).code).toBeOneOf([3, 137]);
        expect(container.state).toBe('exited');
      }));

    test('start after the end keeps the writable layer and makes a new main process', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sh', '-c', 'echo again >> /note; cat /note']);
        const first = container.main;
        expect((await finish(first)).stdout).toBe('again\n');
        await container.start(never);
        expect(container.main).not.toBe(first);
        expect((await finish(container.main)).stdout).toBe('again\nagain\n');
      }));

    test.each([
      { name: 'start while it runs', act: 'start' },
      { name: 'unpause while it runs', act: 'unpause' },
    ] as const)('CONTAINER_STATE: $name', ({ act }) =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        expect(await codeOf(act === 'start' ? container.start(never) : container.unpause())).toBe(
          'CONTAINER_STATE',
        );
      }),
    );

    test('remove ends it, is idempotent, and frees the name', () =>
      inSandbox(subject, async ({ start }) => {
        const container = await start('one', ['sleep', '1000']);
        await container.remove();
        await container.remove();
        expect(await container.main.exited).toMatchObject({ code: 137 });
        expect((await start('one', ['sleep', '1000'])).state).toBe('running');
      }));
  });

  describe('a sandbox', () => {
    test('close ends everything, leaves nothing, and is idempotent', () =>
      inSandbox(subject, async ({ sandbox, start }) => {
        const containers = await Promise.all(
          ['one', 'two', 'three'].map((name) => start(name, ['sleep', '1000'])),
        );
        const execs = await Promise.all(
          containers.map((container) => container.exec(processSpec(['sleep', '1000']), never)),
        );
        expect(await sandbox.close(teardownBudgetMs)).toEqual([]);
        expect(await sandbox.close(teardownBudgetMs)).toEqual([]);
        const ends = await Promise.all([
          ...containers.map(({ main }) => main.exited),
          ...execs.map(({ exited }) => exited),
        ]);
        expect(ends.map(({ code }) => code)).toEqual([137, 137, 137, 137, 137, 137]);
      }));

    test('rewind gives every container and volume a fork of the checkpoint, again and again', () =>
      inSandbox(
        subject,
        async ({ sandbox, start }) => {
          const script =
            'cat /data/log /own 2>&1; echo again >> /data/log; echo own >> /own; rm -f /data/gone';
          const volume = {
            kind: 'volume',
            volume: 'v',
            target: '/data',
            readOnly: false,
            copyImageContent: true,
          } as const;
          const container = await start('one', ['sh', '-c', script], { mounts: [volume] });
          await finish(container.main);
          await sandbox.checkpoint();
          for (const _case of ['first', 'second', 'third']) {
            await sandbox.rewind();
            await container.start(never);
            expect((await finish(container.main)).stdout).toBe('again\nown\n');
          }
        },
        { volumes: [{ name: 'v' }] },
      ));

    test('a file that was deleted before the checkpoint is gone in the fork, one deleted in a fork is back', () =>
      inSandbox(subject, async ({ sandbox, start }) => {
        const script = 'cat /etc/passwd; cat /kept; rm -f /etc/passwd /kept; echo kept > /kept';
        const container = await start('one', ['sh', '-c', script]);
        await finish(container.main);
        await sandbox.checkpoint();
        await sandbox.rewind();
        await container.start(never);
        expect((await finish(container.main)).stdout).toBe('kept\n');
        await sandbox.rewind();
        await container.start(never);
        expect((await finish(container.main)).stdout).toBe('kept\n');
      }));

    test('CONTAINER_STATE: no checkpoint while something may still write', () =>
      inSandbox(subject, async ({ sandbox, start }) => {
        await start('one', ['sleep', '1000']);
        expect(await codeOf(sandbox.checkpoint())).toBe('CONTAINER_STATE');
        expect(await codeOf(sandbox.rewind())).toBe('CONTAINER_STATE');
      }));

    test('starts nothing after close', () =>
      inSandbox(subject, async ({ sandbox, start }) => {
        await sandbox.close(teardownBudgetMs);
        await expect(start('one', ['true'])).rejects.toThrow();
      }));

    test('starts nothing once the signal is aborted', () =>
      inSandbox(subject, async ({ sandbox, image }) => {
        const cancelled = new AbortController();
        cancelled.abort(new Error('enough'));
        await expect(
          sandbox.startContainer(containerSpec(image, 'one', ['true']), cancelled.signal),
        ).rejects.toThrow('enough');
      }));

    test('refuses a second container of the same name', () =>
      inSandbox(subject, async ({ start }) => {
        await start('one', ['sleep', '1000']);
        await expect(start('one', ['true'])).rejects.toThrow(/one/);
      }));
  });
}
