import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import type { Sandbox } from '../../src/core/engine.ts';
import type { Contender } from '../contender.ts';
import { interleave } from '../interleave.ts';
import { containerOf, openOurs } from '../our-engine.ts';
import type { PeerHost } from '../peer/peer-host.ts';
import type { Result, RowOptions } from '../result.ts';
import type { Workspace } from '../workspace.ts';

const atMostMs = 50;
/** About what a PostgreSQL cluster with data looks like: 200 MB in a thousand files. */
const files = 1_000;
const fileBytes = 200 * 1_000;
const never = new AbortController().signal;

/** A fresh fork of all file systems and volumes for a case, without the services' own stop and start; the scale is a copy. */
export async function fork(
  workspace: Workspace,
  _host: PeerHost,
  { rounds }: RowOptions,
): Promise<readonly Result[]> {
  await using sandbox = await openOurs(workspace, { volumes: [{ name: 'data' }], upper: 'disk' });
  const original = writeOriginal(workspace);
  const rewind = await prepare(sandbox);
  const ours: Contender = { name: 'mayfly', spawned: false, run: rewind };
  const copy: Contender = {
    name: 'a copy',
    spawned: false,
    run: async () => {
      const target = join(workspace.scratch, 'copy');
      const tookMs = timeSync(() => cpSync(original, target, { recursive: true }));
      rmSync(target, { recursive: true });
      return tookMs;
    },
  };
  const { figures, skipped } = await interleave([ours, copy], Math.max(3, Math.ceil(rounds / 4)));
  return [{ what: 'a fork of 200 MB for a case', unit: 'ms', figures, skipped, bars: [], atMost: atMostMs }];
}

function timeSync(act: () => void): number {
  const startedAt = performance.now();
  act();
  return performance.now() - startedAt;
}

function writeOriginal({ scratch }: Workspace): string {
  const directory = join(scratch, 'original');
  mkdirSync(directory);
  for (let at = 0; at < files; at += 1) writeFileSync(join(directory, `${at}`), Buffer.alloc(fileBytes, at));
  return directory;
}

/** Two containers and a volume that hold data; what the result does is one fork, after something was written to the last. */
async function prepare(sandbox: Sandbox): Promise<() => Promise<number>> {
  const mounts = [
    { kind: 'volume', volume: 'data', target: '/data', readOnly: false, copyImageContent: false },
  ] as const;
  const containers = await Promise.all(
    ['db', 'web'].map((name) =>
      sandbox.startContainer(containerOf(name, ['/bin/sleep'], name === 'db' ? { mounts } : {}), never),
    ),
  );
  const [db] = containers;
  if (db === undefined) throw new Error('no container');
  await db.writeArchive('/data', tarOf(files));
  const endAll = (): Promise<unknown> =>
    Promise.all(
      containers.map(async (container) => {
        await container.kill('SIGKILL');
        await container.main.exited;
      }),
    );
  await endAll();
  await sandbox.checkpoint();
  return async () => {
    const startedAt = performance.now();
    await sandbox.rewind();
    const tookMs = performance.now() - startedAt;
    await Promise.all(containers.map((container) => container.start(never)));
    await db.writeArchive('/data', tarOf(10));
    await endAll();
    return tookMs;
  };
}

function tarOf(count: number): Readable {
  const tar = pack();
  for (let at = 0; at < count; at += 1) tar.entry({ name: `${at}` }, Buffer.alloc(fileBytes, at));
  tar.finalize();
  return Readable.from(tar);
}
