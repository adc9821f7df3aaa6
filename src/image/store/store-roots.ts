import { digestHex } from '../digest.ts';
import type { CatalogueImage } from './image-catalogue.ts';
import type { ImageRecord } from './image-record.ts';
import { readEveryFact } from './read-every-fact.ts';
import type { StorePaths } from './store-paths.ts';

/** What of the store is still wanted. Who keeps layers or blobs for anything else says so here. */
export interface StoreRoots {
  /** `sha256:…` */
  readonly blobs: ReadonlySet<string>;
  /** By the name of its directory. */
  readonly needsLayer: (directory: string) => boolean;
}

/** @throws MayflyError STORE_FAILED where one cannot be read: what it speaks of is not known, and not to be removed */
export async function readStoreRoots(paths: StorePaths): Promise<StoreRoots> {
  const kept = (await readEveryFact<CatalogueImage>(paths.catalogue, 1)).map(({ fact }) => fact);
  const records = (await readEveryFact<ImageRecord>(paths.images, 1)).map(({ fact }) => fact);
  const blobs = new Set([...kept, ...records].map(({ id }) => id));
  for (const { manifest, layers } of kept) {
    if (manifest !== undefined) blobs.add(manifest);
    for (const { blob } of layers) if (blob !== undefined) blobs.add(blob.digest);
  }
  const cached = await readCachedLayers(paths);
  // What a build makes is a tar that is not packed: blob and layer have one digest.
  for (const diffId of cached) blobs.add(diffId);
  const directories = new Set(records.flatMap(({ layers }) => layers.map(({ directory }) => directory)));
  const diffIds = new Set(
    [...kept.flatMap(({ layers }) => layers.map(({ diffId }) => diffId)), ...cached].map(digestHex),
  );
  return {
    blobs,
    needsLayer: (directory) => directories.has(directory) || isLayerOf(directory, diffIds),
  };
}

/** Layers of the build cache (build/build-cache.ts), which stay until it is emptied. */
async function readCachedLayers(paths: StorePaths): Promise<readonly string[]> {
  const steps = await readEveryFact<CachedLayer>(paths.buildCache, 1);
  return steps.flatMap(({ fact: { diffId } }) => diffId ?? []);
}

interface CachedLayer {
  readonly version: 1;
  readonly diffId?: string | null;
}

/** A kept image's layers are kept for each map of ids they were unpacked for (store-paths.ts). */
function isLayerOf(directory: string, diffIds: ReadonlySet<string>): boolean {
  const digits = directory.split('-')[0] ?? '';
  for (const hex of diffIds) if (hex.startsWith(digits)) return true;
  return false;
}
