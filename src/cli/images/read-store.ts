import { type KnownImage, listKnownImages } from '../../image/store/known-images.ts';
import { type StorePaths, storePaths } from '../../image/store/store-paths.ts';
import { type ProcessIdentity, readOwnIdentity } from '../../image/store/temporary.ts';
import { chooseDirectories } from '../host/directories.ts';
import type { Surroundings } from '../surroundings.ts';

export interface ReadableStore {
  readonly paths: StorePaths;
  readonly self: ProcessIdentity;
  readonly images: readonly KnownImage[];
}

/** The store as it is; where there is none yet, it is empty. Needs neither engine nor lock. */
export async function readStore(surroundings: Surroundings): Promise<ReadableStore> {
  const paths = storePaths(chooseDirectories(surroundings).store);
  const self = readOwnIdentity();
  return { paths, self, images: await listKnownImages(paths, self) };
}
