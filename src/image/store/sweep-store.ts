import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerWriter } from '../layer-writer.ts';
import type { StorePaths } from './store-paths.ts';
import { isStaleTemporary, type ProcessIdentity, temporaryPrefix } from './temporary.ts';

/**
 * Removes what runs that died have left half done. Layers may belong to many ids, so that a layer writer removes them. Others
 * may be at it at the same time, and take away what one is about to: what is not removed now, is by a later run.
 */
export async function sweepStore(
  paths: StorePaths,
  openLayerWriter: () => Promise<LayerWriter>,
  self: ProcessIdentity,
  nowMs: number,
): Promise<void> {
  const layers = await listStale(paths.layers, self, nowMs);
  if (layers.length > 0) {
    await using writer = await openLayerWriter();
    for (const path of layers) await writer.remove(path).catch(() => undefined);
  }
  const { layerRecords, images, catalogue, names, blobs, buildCache, scratch } = paths;
  for (const directory of [layerRecords, images, catalogue, names, blobs, buildCache, scratch]) {
    for (const path of await listStale(directory, self, nowMs))
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function listStale(
  directory: string,
  self: ProcessIdentity,
  nowMs: number,
): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const name of await readdir(directory)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const path = join(directory, name);
    const modifiedAtMs = await lstat(path).then(
      (facts) => facts.mtimeMs,
      () => nowMs,
    );
    if (isStaleTemporary(name, nowMs - modifiedAtMs, self)) stale.push(path);
  }
  return stale;
}
