import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerWriter } from '../layer-writer.ts';
import { layerBytes } from './layer-store.ts';
import { withStoreErrors } from './store-error.ts';
import { type ByteLocker, lockForRemoving, lockUnused, type OpenByteLocker } from './store-lock.ts';
import type { StorePaths } from './store-paths.ts';
import { readStoreRoots } from './store-roots.ts';
import { sweepStore } from './sweep-store.ts';
import { makeTemporaryDirectory, type ProcessIdentity, temporaryPrefix } from './temporary.ts';
import { syncDirectory } from './write-atomically.ts';

export interface CollectContext {
  readonly paths: StorePaths;
  readonly self: ProcessIdentity;
  readonly openLayerWriter: () => Promise<LayerWriter>;
  readonly openByteLocker: OpenByteLocker;
  readonly nowMs: () => number;
}

export interface Collected {
  /** `sha256:…` */
  readonly blobs: readonly string[];
  /** Names of directories. */
  readonly layers: readonly string[];
  /** Layers that nothing needs but a sandbox that still runs. */
  readonly inUse: readonly string[];
  readonly freedBytes: number;
}

/**
 * Removes the layers and blobs that no image needs. Undefined when somebody adds to the store at this moment, and nothing could
 * be said of what he will need. A layer's directory goes at once, by its name, and then its content: whoever is killed in
 * between leaves a temporary that a later run sweeps.
 *
 * @throws MayflyError STORE_FAILED where it cannot be known what is needed; nothing is removed then
 */
export function collectGarbage(
  context: CollectContext,
  /** What is to become garbage now, while nobody adds. */
  forget: Forget = async () => undefined,
): Promise<Collected | undefined> {
  return withStoreErrors(context.paths.root, () => collect(context, forget));
}

type Forget = (isUnused: (directory: string) => Promise<boolean>) => Promise<void>;

async function collect(context: CollectContext, forget: Forget): Promise<Collected | undefined> {
  const { paths, self, openLayerWriter, openByteLocker, nowMs } = context;
  await using locker = await lockForRemoving(openByteLocker, paths);
  if (locker === undefined) return undefined;
  await forget((directory) => lockUnused(locker, paths, directory));
  const roots = await readStoreRoots(paths);
  const blobs = await collectBlobs(paths, roots.blobs);
  const candidates = (await namesIn(paths.layers)).filter((directory) => !roots.needsLayer(directory));
  const layers = await collectLayers(candidates, locker, context);
  await forgetLayers(paths);
  await sweepStore(paths, openLayerWriter, self, nowMs());
  const inUse = candidates.filter((directory) => !layers.names.includes(directory));
  return { blobs: blobs.names, layers: layers.names, inUse, freedBytes: blobs.bytes + layers.bytes };
}

interface Removed {
  readonly names: readonly string[];
  readonly bytes: number;
}

async function collectBlobs(paths: StorePaths, wanted: ReadonlySet<string>): Promise<Removed> {
  const names: string[] = [];
  let bytes = 0;
  for (const hex of await namesIn(paths.blobs)) {
    const digest = `sha256:${hex}`;
    if (wanted.has(digest)) continue;
    const path = join(paths.blobs, hex);
    bytes += (await lstat(path)).size;
    await rm(path, { recursive: true, force: true });
    names.push(digest);
  }
  return { names, bytes };
}

async function collectLayers(
  candidates: readonly string[],
  locker: ByteLocker,
  { paths, self, openLayerWriter }: CollectContext,
): Promise<Removed> {
  const names: string[] = [];
  let bytes = 0;
  if (candidates.length === 0) return { names, bytes };
  await using writer = await openLayerWriter();
  for (const directory of candidates) {
    if (!(await lockUnused(locker, paths, directory))) continue;
    bytes += layerBytes(paths, directory);
    names.push(directory);
    await discardLayer(directory, writer, { paths, self });
  }
  return { names, bytes };
}

/** Gone at once by its name, then by its content. */
export async function discardLayer(
  directory: string,
  writer: LayerWriter,
  { paths, self }: Pick<CollectContext, 'paths' | 'self'>,
): Promise<void> {
  const doomed = await makeTemporaryDirectory(paths.layers, self);
  await rename(join(paths.layers, directory), doomed);
  await syncDirectory(paths.layers);
  await writer.remove(doomed);
}

/** What is known of layers that are not there. */
async function forgetLayers(paths: StorePaths): Promise<void> {
  const there = new Set(await namesIn(paths.layers));
  for (const name of await namesIn(paths.layerRecords)) {
    if (!there.has(name.replace(/\.json$/, ''))) await rm(join(paths.layerRecords, name), { force: true });
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory);
  return names.filter((name) => !name.startsWith(temporaryPrefix)).sort();
}
