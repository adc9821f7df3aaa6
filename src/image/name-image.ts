import { ImageCatalogue } from './store/image-catalogue.ts';
import type { KnownImage } from './store/known-images.ts';
import { NameIndex } from './store/name-index.ts';
import type { StorePaths } from './store/store-paths.ts';
import type { ProcessIdentity } from './store/temporary.ts';

/** Gives an image a name, in full. One that only scenarios have made is kept for itself from now on. Under the lock for adding. */
export async function nameImage(
  { id, kept, platform, createdAt, layers }: KnownImage,
  reference: string,
  nowMs: number,
  { paths, self }: { readonly paths: StorePaths; readonly self: ProcessIdentity },
): Promise<void> {
  if (kept === undefined) {
    const own = layers.map(({ diffId, sizeBytes }) => ({ diffId, sizeBytes }));
    await new ImageCatalogue(paths, self).add({ id, platform, createdAt, addedAtMs: nowMs, layers: own });
  }
  await new NameIndex(paths, self).set(reference, id, nowMs);
}
