import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Host } from '../../../src/engine/linux/host.ts';
import type { LinuxEngine } from '../../../src/engine/linux/linux-engine.ts';
import { openByteLocker } from '../../../src/engine/linux/open-byte-locker.ts';
import {
  layerByte,
  lockForAdding,
  lockForRemoving,
  lockUnused,
} from '../../../src/image/store/store-lock.ts';
import { storePaths } from '../../../src/image/store/store-paths.ts';
import { containerSpec } from '../../engine/contract/container-spec.ts';
import { launcherPath, linuxEngineFor } from '../../engine/linux/linux-kit.ts';
import { describeRequiring } from '../../requires.ts';

const open = () => openByteLocker(new Host({}), launcherPath);
const { signal } = new AbortController();

let runs = 0;
function openTestSandbox(engine: LinuxEngine) {
  runs += 1;
  return engine.openSandbox(
    { runId: `l${process.pid}x${runs}`, networks: [], volumes: [], upper: 'auto' },
    signal,
  );
}

describeRequiring([], 'locks of the kernel on the store', () => {
  test('many add at once; who removes is alone, and who comes meanwhile waits', async () => {
    const paths = storePaths(mkdtempSync(join(tmpdir(), 'mayfly-lock-')));
    const first = await lockForAdding(open, paths, signal);
    const second = await lockForAdding(open, paths, signal);
    expect(await lockForRemoving(open, paths)).toBeUndefined();
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
    const remover = await lockForRemoving(open, paths);
    expect(remover).toBeDefined();
    let added = false;
    const waiting = lockForAdding(open, paths, signal).then((lock) => {
      added = true;
      return lock;
    });
    expect(await lockForRemoving(open, paths)).toBeUndefined();
    expect(added).toBe(false);
    await remover?.[Symbol.asyncDispose]();
    await (await waiting)[Symbol.asyncDispose]();
  });

  test('who waits can be called off', async () => {
    const paths = storePaths(mkdtempSync(join(tmpdir(), 'mayfly-lock-')));
    await using _remover = await lockForRemoving(open, paths);
    const stop = new AbortController();
    const waiting = lockForAdding(open, paths, stop.signal);
    stop.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow();
  });

  test('a lock ends with the process that holds it, killed or not', async () => {
    const paths = storePaths(mkdtempSync(join(tmpdir(), 'mayfly-lock-')));
    const host = new Host({});
    const pids: number[] = [];
    const spawn = host.spawnLauncher.bind(host);
    host.spawnLauncher = (path) => {
      const launcher = spawn(path);
      pids.push(launcher.pid);
      return launcher;
    };
    const holder = await openByteLocker(host, launcherPath);
    expect(await holder.lock(paths.lock, 7, 'alone')).toBe(true);
    await using other = await open();
    expect(await other.lock(paths.lock, 7, 'shared')).toBe(false);
    expect(await other.lock(paths.lock, 7, 'test')).toBe(false);
    expect(await other.lock(paths.lock, 8, 'test')).toBe(true);
    expect(await holder.lock(paths.lock, 8, 'alone')).toBe(true);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await Promise.resolve(holder[Symbol.asyncDispose]()).catch(() => undefined);
    expect(await other.lock(paths.lock, 7, 'shared')).toBe(true);
  });
});

describeRequiring(['userns', 'overlay'], 'leases', () => {
  test('a layer that a sandbox uses cannot be removed until its end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mayfly-lease-'));
    const kit = await linuxEngineFor(folder);
    const paths = storePaths(join(folder, 'store'));
    const image = await kit.prepareImage('tools', { kind: 'host', programs: ['sleep'], files: [] });
    const directory = image.layers[0]?.directory ?? '';
    expect(layerByte(directory)).toBeGreaterThan(0);
    {
      await using sandbox = await openTestSandbox(kit.engine);
      await sandbox.startContainer(containerSpec(image, 'a', ['sleep', 'infinity']), signal);
      await using locker = await open();
      expect(await lockUnused(locker, paths, directory)).toBe(false);
    }
    await using locker = await open();
    expect(await lockUnused(locker, paths, directory)).toBe(true);
  });

  test('a layer that is gone when the sandbox takes it is an error that says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mayfly-lease-'));
    const kit = await linuxEngineFor(folder);
    const image = await kit.prepareImage('tools', { kind: 'host', programs: ['sleep'], files: [] });
    await using sandbox = await openTestSandbox(kit.engine);
    const gone = { ...image, layers: [{ ...image.layers[0], directory: '0123456789abcdef01234567' }] };
    const starting = sandbox.startContainer(containerSpec(gone as typeof image, 'a', ['sleep', '1']), signal);
    await expect(starting).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('removed'),
    });
  });
});
