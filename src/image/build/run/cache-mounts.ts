import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { BuildTools } from '../build-tools.ts';
import type { RunMount } from '../dockerfile/run-mount.ts';

type CacheMount = RunMount & { readonly kind: 'cache' };

const pauseMs = 50;
const waitMs = 60 * 60_000;
/** Directories of one id that are used at the same time, by `sharing=private`. */
const mostPrivate = 64;

/** A directory that RUN steps of all builds of this user share, and which is no part of any image. Held until it is disposed of. */
export interface HeldCache extends AsyncDisposable {
  readonly path: string;
}

/** The directory of a cache mount; made when it is first asked for, with the owner and mode of that time. */
export async function holdCacheMount(mount: CacheMount, id: string, tools: BuildTools): Promise<HeldCache> {
  const root = join(tools.paths.root, 'build-mounts');
  await mkdir(root, { recursive: true, mode: 0o700 });
  const own = createHash('sha256').update(id).digest('hex').slice(0, 32);
  if (mount.sharing === 'shared') {
    await makeOnce(join(root, own), mount, tools);
    return { path: join(root, own), async [Symbol.asyncDispose]() {} };
  }
  const locker = await tools.openByteLocker();
  try {
    const directory = await lockDirectory(mount, own, join(root, 'lock'), locker, tools.signal);
    await makeOnce(join(root, directory), mount, tools);
    return { path: join(root, directory), [Symbol.asyncDispose]: () => locker[Symbol.asyncDispose]() };
  } catch (error) {
    await locker[Symbol.asyncDispose]();
    throw error;
  }
}

type Locker = Awaited<ReturnType<BuildTools['openByteLocker']>>;

/** `locked` waits for the one there is; `private` takes one that nobody uses. */
async function lockDirectory(
  { sharing }: CacheMount,
  own: string,
  lockFile: string,
  locker: Locker,
  signal: AbortSignal,
): Promise<string> {
  const names =
    sharing === 'locked'
      ? [own]
      : Array.from({ length: mostPrivate }, (_, at) => (at === 0 ? own : `${own}-${at}`));
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += pauseMs) {
    for (const name of names) if (await locker.lock(lockFile, byteOf(name), 'alone')) return name;
    await sleep(pauseMs, undefined, { signal });
  }
  throw new MayflyError('STORE_BUSY', `another build has held a cache mount for ${waitMs} ms`);
}

/** Of the lock's file; two names on one byte only wait for each other. */
function byteOf(name: string): number {
  return Number.parseInt(createHash('sha256').update(name).digest('hex').slice(0, 12), 16);
}

async function makeOnce(path: string, { mode, uid, gid }: CacheMount, tools: BuildTools): Promise<void> {
  if (existsSync(path)) return;
  await mkdir(path, { recursive: true, mode: 0o700 });
  await using writer = await tools.openLayerWriter();
  const session = await writer.begin(path);
  const owner = tools.ids.count > 1 ? { uid, gid } : { uid: 0, gid: 0 };
  const metadata = { mode, ...owner, mtime: { seconds: 0, nanoseconds: 0 }, xattrs: [] };
  await session.apply({ kind: 'setDirectory', path: '', metadata });
  await session.finish();
}
