import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Image, ImageSource } from '../../src/core/image.ts';
import { hostPlatform } from '../../src/image/image-platform.ts';
import { createImageProvider } from '../../src/image/image-provider.ts';
import type { ProgramRunner } from '../../src/image/program-runner.ts';
import { type LinuxKit, linuxEngineFor } from '../engine/linux/linux-kit.ts';
import { describeWithMirror } from './debian-mirror.ts';

/** `extract` unpacks without configuring: all that is ours is the same, and it takes seconds. */
const hello: ImageSource = {
  kind: 'debian',
  options: { suite: 'bookworm', variant: 'extract', packages: ['hello'] },
};

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

interface Prepared {
  readonly image: Image;
  /** The programs of this machine that it took. */
  readonly programs: readonly string[];
  readonly progress: readonly string[];
}

/** A store of its own, and who asks it for an image of Debian packages. */
async function openBench() {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-debian-'));
  directories.push(directory);
  const { engine } = await linuxEngineFor(directory);
  const store = join(directory, 'store');
  const prepare = async (source: ImageSource = hello): Promise<Prepared> => {
    const programs: string[] = [];
    const progress: string[] = [];
    const provider = createImageProvider({
      storeDirectory: store,
      ids: await engine.layerIds(),
      openLayerWriter: () => engine.openLayerWriter(),
      openByteLocker: () => engine.openByteLocker(),
      platform: hostPlatform(process.arch),
      user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      nowMs: () => Date.now(),
      searchPath: [],
      programs: recording(engine.programs, programs),
      temporaryDirectory: directory,
    });
    const request = { name: 'hello', source, configOverrides: {} };
    const image = await provider.prepare(
      request,
      (line) => progress.push(line),
      new AbortController().signal,
    );
    return { image, programs, progress };
  };
  return { directory, store, prepare };
}

function recording(runner: LinuxKit['engine']['programs'], into: string[]): ProgramRunner {
  return {
    find: (program) => runner.find(program),
    start: (command) => {
      into.push(command.argv[0].replace(/^.*\//, ''));
      return runner.start(command);
    },
  };
}

/** Everything that a layer is: names, modes, owners, times, sizes, targets and content. */
function describeTree(path: string): string {
  const list =
    'find . -printf "%P %y %m %U %G %T@ %s %l\\n" | sort; find . -type f -exec sha256sum {} + | sort';
  return execFileSync('sh', ['-c', list], { cwd: path, encoding: 'utf8', maxBuffer: 2 ** 26 });
}

describeWithMirror('bookworm', 'R9 an image of Debian packages', () => {
  test('is made once for the versions it is of, and needs no program when nothing has changed', {
    timeout: 300_000,
  }, async () => {
    const { directory, store, prepare } = await openBench();
    const first = await prepare();
    expect(first.programs).toContain('mmdebstrap');
    expect(first.progress.join('\n')).toMatch(/package lists of bookworm.*\d+ packages.*packing/s);
    expect(first.image.layers).toHaveLength(1);
    expect(readdirSync(join(directory, `mayfly-${process.getuid?.()}`))).toEqual([]);

    expect((await prepare()).programs).toEqual([]);

    // As if it had never been asked for: apt says the versions, and their layer is there.
    rmSync(join(store, 'images'), { recursive: true });
    const again = await prepare();
    expect(again.programs).toContain('apt-get');
    expect(again.programs).not.toContain('mmdebstrap');
    expect(again.image.id).toBe(first.image.id);
  });

  test('is the same whenever and wherever it is made', { timeout: 300_000 }, async () => {
    const benches = [await openBench(), await openBench()];
    const trees: string[] = [];
    for (const { prepare, store } of benches) {
      const { image } = await prepare();
      trees.push(describeTree(join(store, 'layers', image.layers[0]?.directory ?? '')));
    }
    expect(trees[0]).toContain('usr/bin/hello f 755');
    expect(trees[1]).toBe(trees[0]);
  });
});
