import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type KnownImage, listKnownImages } from './known-images.ts';
import { directoriesOf, layerBytes } from './layer-store.ts';
import type { StorePaths } from './store-paths.ts';
import { type ProcessIdentity, temporaryPrefix } from './temporary.ts';

export interface ImageUsage {
  readonly image: KnownImage;
  /** Of layers that another image has too. */
  readonly sharedBytes: number;
  /** What its removal would free of layers. */
  readonly uniqueBytes: number;
  readonly inUse: boolean;
}

export interface StoreUsage {
  readonly images: readonly ImageUsage[];
  /** Unpacked layers, each once, also those that no image needs. */
  readonly layers: number;
  readonly layerBytes: number;
  /** What images came as. */
  readonly blobs: number;
  readonly blobBytes: number;
  /** Of layers of images that nothing runs from, and of those that no image needs. */
  readonly reclaimableBytes: number;
}

export async function readStoreUsage(
  paths: StorePaths,
  self: ProcessIdentity,
  isInUse: (directory: string) => Promise<boolean>,
): Promise<StoreUsage> {
  const known = await listKnownImages(paths, self);
  const used = new Set<string>();
  const directories = namesIn(paths.layers);
  for (const directory of directories) if (await isInUse(directory)) used.add(directory);
  const usersOf = countUsers(known);
  const images = known.map((image) => toUsage(image, usersOf, isRunning(image, paths, used)));
  const blobs = namesIn(paths.blobs).map((name) => lstatSync(join(paths.blobs, name)).size);
  const sizeOf = (directory: string): number => layerBytes(paths, directory);
  return {
    images,
    layers: directories.length,
    layerBytes: sum(directories.map(sizeOf)),
    blobs: blobs.length,
    blobBytes: sum(blobs),
    reclaimableBytes: sum(directories.filter((directory) => !used.has(directory)).map(sizeOf)),
  };
}

function countUsers(images: readonly KnownImage[]): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const { layers } of images)
    for (const diffId of new Set(layers.map((layer) => layer.diffId)))
      users.set(diffId, (users.get(diffId) ?? 0) + 1);
  return users;
}

function toUsage(image: KnownImage, users: ReadonlyMap<string, number>, inUse: boolean): ImageUsage {
  const isShared = ({ diffId }: { readonly diffId: string }): boolean => (users.get(diffId) ?? 0) > 1;
  const sharedBytes = sum(image.layers.filter(isShared).map(({ sizeBytes }) => sizeBytes));
  return { image, sharedBytes, uniqueBytes: image.sizeBytes - sharedBytes, inUse };
}

function isRunning(image: KnownImage, paths: StorePaths, used: ReadonlySet<string>): boolean {
  const top = image.layers.at(-1);
  return top !== undefined && directoriesOf(paths, top.diffId).some((directory) => used.has(directory));
}

function namesIn(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => !name.startsWith(temporaryPrefix));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
