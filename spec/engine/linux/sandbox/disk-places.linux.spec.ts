import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ContainerSpec } from '../../../../src/core/container.ts';
import type { Container, SandboxSpec } from '../../../../src/core/engine.ts';
import { describeRequiring } from '../../../requires.ts';
import { processSpec } from '../../contract/container-spec.ts';
import {
  type ContractSubject,
  codeOf,
  contractPrograms,
  type Finished,
  finish,
  inSandbox,
  never,
} from '../../contract/contract-kit.ts';
import { describeFiles } from '../../contract/files-contract.ts';
import { describeLifecycle } from '../../contract/lifecycle-contract.ts';
import { launcherPath, linuxEngineFor } from '../linux-kit.ts';
import { loopDevicesOver } from './loop-devices.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-disk-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Whatever a sandbox is asked for, its writable layers are on disk. */
function onDisk(environment: NodeJS.ProcessEnv): ContractSubject {
  const kit = linuxEngineFor(directory, launcherPath, environment);
  const image = kit.then(({ prepareImage }) =>
    prepareImage('disk', { kind: 'host', programs: contractPrograms, files: [] }),
  );
  image.catch(() => {}); // reported by the tests that await it
  return {
    engine: async () => {
      const { engine } = await kit;
      return {
        name: 'linux',
        probeHost: () => engine.probeHost(),
        openSandbox: (spec, signal) => engine.openSandbox({ ...spec, upper: 'disk' }, signal),
      };
    },
    image: () => image,
  };
}

/** An environment in which the first mkfs.ext4 of PATH can do nothing. */
function withoutFormatting(): NodeJS.ProcessEnv {
  const folder = join(directory, 'programs');
  mkdirSync(folder);
  writeFileSync(join(folder, 'mkfs.ext4'), '#!/bin/sh\necho "no tables today" >&2\nexit 3\n');
  chmodSync(join(folder, 'mkfs.ext4'), 0o755);
  return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
}

const size = 8 << 20;
const volume = {
  kind: 'volume',
  volume: 'small',
  target: '/small',
  readOnly: false,
  copyImageContent: false,
} as const;
const limited: Partial<SandboxSpec> = { volumes: [{ name: 'small', sizeBytes: size }], limited: ['one'] };

async function run(container: Container, argv: readonly string[]): Promise<Finished> {
  return finish(await container.exec(processSpec(argv), never));
}

/** How many whole MiB a file there can have. */
async function roomAt(container: Container, path: string, most: number): Promise<number> {
  const script = `
    const fs = require('node:fs'), file = fs.openSync('${path}', 'w'), part = Buffer.alloc(1 << 20, 'x');
    let whole = 0;
    try { for (; whole < ${most}; whole += 1) { if (fs.writeSync(file, part) < part.length) break; } } catch ({ code }) { console.error(code) }
    fs.closeSync(file); fs.unlinkSync('${path}');
    console.log(whole);`;
  return Number((await run(container, ['node', '-e', script])).stdout);
}

describeRequiring(['userns', 'overlay', 'disk-limit'], 'writable layers on disk, each a file system', () => {
  const subject = onDisk(process.env);
  describeLifecycle(subject);
  describeFiles(subject);

  const small = (rootfs: ContainerSpec['rootfs']): Partial<ContainerSpec> => ({
    rootfs: { ...rootfs, writableBytes: size },
    mounts: [volume],
  });

  test('a layer and a volume end at their sizes, and are as large as that; another goes on', () =>
    inSandbox(
      subject,
      async ({ image, start }) => {
        const one = await start('one', ['sleep', '1000'], small({ layers: image.layers, readOnly: false }));
        const two = await start('two', ['sleep', '1000']);
        expect(await roomAt(one, '/much', 20)).toBe(7);
        expect(await roomAt(one, '/small/much', 20)).toBe(7);
        expect(await roomAt(two, '/much', 20)).toBe(20);
      },
      limited,
    ));

  test('the limit holds in a fork', () =>
    inSandbox(
      subject,
      async ({ sandbox, image, start }) => {
        const one = await start('one', ['sleep', '1000'], small({ layers: image.layers, readOnly: false }));
        await one.stop(0);
        await sandbox.checkpoint();
        await sandbox.rewind();
        await one.start(never);
        expect(await roomAt(one, '/much', 20)).toBe(7);
        expect(await roomAt(one, '/small/much', 20)).toBe(7);
      },
      limited,
    ));

  test('a device goes with its container, and no file has had a name', () =>
    inSandbox(subject, async ({ start }) => {
      await start('other', ['sleep', '1000']);
      const before = loopDevicesOver(directory);
      const one = await start('one', ['sleep', '1000']);
      const [device, ...others] = loopDevicesOver(directory).filter((each) => !before.includes(each));
      expect(others).toEqual([]);
      expect(device).toMatch(/^\/dev\/loop\d+$/);
      await one.remove();
      await expect.poll(() => loopDevicesOver(directory)).not.toContain(device);
    }));

  test.each([100_000, 2 ** 41])(
    'HOST_LIMIT_UNAVAILABLE: %d bytes, which no file system has',
    (writableBytes) =>
      inSandbox(subject, async ({ image, start }) => {
        const odd = { rootfs: { layers: image.layers, readOnly: false, writableBytes } };
        expect(await codeOf(start('one', ['sleep', '1000'], odd))).toBe('HOST_LIMIT_UNAVAILABLE');
      }),
  );
});

describeRequiring(
  ['userns', 'overlay', 'disk-limit', 'cgroup-memory'],
  'a writable layer on disk and a memory limit',
  () => {
    const subject = onDisk(process.env);

    test('more can be written than may be in memory', () =>
      inSandbox(subject, async ({ start }) => {
        const one = await start('one', ['sleep', '1000'], { limits: { memoryBytes: 64 << 20 } });
        expect(await roomAt(one, '/much', 150)).toBe(150);
        expect(one.state).toBe('running');
      }));
  },
);

describeRequiring(['userns', 'overlay'], 'writable layers on disk, each a directory', () => {
  const subject = onDisk(withoutFormatting());
  describeLifecycle(subject);
  describeFiles(subject);

  test.each([
    {
      what: 'a volume',
      spec: { volumes: [{ name: 'small', sizeBytes: size }] },
      named: '`size` of volume small',
    },
    { what: 'a layer', spec: { limited: ['one'] }, named: '`storage_opt.size` of one' },
  ])('HOST_LIMIT_UNAVAILABLE before anything starts: the size of $what', async ({ spec, named }) => {
    const engine = await subject.engine();
    const opening = engine.openSandbox(
      { runId: 'sized', networks: [], volumes: [], upper: 'disk', ...spec },
      never,
    );
    await expect(opening).rejects.toMatchObject({
      code: 'HOST_LIMIT_UNAVAILABLE',
      message: expect.stringContaining(named),
    });
    await expect(opening).rejects.toThrow('disk-limit');
  });
});
