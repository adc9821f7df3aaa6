import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../contender.ts';
import { type ImageFiles, makeDebianImage } from '../debian-image.ts';
import { findProgram } from '../find-program.ts';
import { figureOf, interleave } from '../interleave.ts';
import { peakMemoryOfMayfly, timeMayfly } from '../our-command.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import { timeProcess } from '../run-process.ts';
import type { Workspace } from '../workspace.ts';

const mostRounds = 7;
const atMostMegabytes = 200;

/** An image of 120 MB, gzip, from an archive to a store that has nothing of it: whole processes. */
export async function unpack(
  workspace: Workspace,
  _host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  const image = makeDebianImage(join(workspace.directory, 'unpack'));
  const ours: Contender = {
    name: 'mayfly',
    spawned: true,
    run: async () => {
      forget(workspace);
      return timeMayfly(workspace, ['load', '-q', '-i', image.archive]);
    },
  };
  const figures = await interleave(
    [ours, umoci(workspace, image), podman(workspace, image)],
    Math.min(rounds, mostRounds),
  );
  forget(workspace);
  const megabytes = (await peakMemoryOfMayfly(workspace, ['load', '-q', '-i', image.archive])) / 2 ** 20;
  return [
    {
      what: 'unpacking an image of 120 MB: whole process `mayfly load`',
      unit: 'ms',
      ...figures,
      bars: [
        { peer: 'umoci', atMost: 1 },
        { peer: 'podman', atMost: 1 },
      ],
    },
    {
      what: 'memory of `mayfly load` of 120 MB',
      unit: 'MB',
      figures: [figureOf({ name: 'mayfly', spawned: false }, [megabytes])],
      skipped: [],
      bars: [],
      atMost: atMostMegabytes,
    },
  ];
}

/** The store of the benchmark's commands. */
function forget({ directory }: Workspace): void {
  rmSync(join(directory, 'store'), { recursive: true, force: true });
}

function umoci({ directory }: Workspace, { layout }: ImageFiles): Contender {
  const target = join(directory, 'umoci');
  return {
    name: 'umoci',
    spawned: true,
    run: async () => {
      requireProgram('umoci');
      rmSync(target, { recursive: true, force: true });
      return timeProcess(['umoci', 'raw', 'unpack', '--image', `${layout}:bench`, target]);
    },
  };
}

/** With a storage of the benchmark's own, which is empty again each time. */
function podman({ directory }: Workspace, { archive }: ImageFiles): Contender {
  const places = ['--root', join(directory, 'podman-load'), '--runroot', join(directory, 'podman-load-run')];
  return {
    name: 'podman',
    spawned: true,
    run: async () => {
      requireProgram('podman');
      await timeProcess(['podman', ...places, 'rmi', '-a', '-f']);
      return timeProcess(['podman', ...places, 'load', '-q', '-i', archive]);
    },
  };
}

function requireProgram(name: string): void {
  if (findProgram(name) === undefined) throw new Error('not installed');
}
