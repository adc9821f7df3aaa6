import { type CatalogueImage, ImageCatalogue } from './store/image-catalogue.ts';
import type { KnownImage } from './store/known-images.ts';
import { NameIndex } from './store/name-index.ts';
import type { StorePaths } from './store/store-paths.ts';
import type { ProcessIdentity } from './store/temporary.ts';

interface Place {
  readonly paths: StorePaths;
  readonly self: ProcessIdentity;
}

/**
 * Names an image, in full, and sees to it that the catalogue has it: somebody may remove it at the same moment, and looks for names
 * once more after it (remove-image.ts). Under the lock for adding, so that what the image needs is there.
 */
export async function nameKept(
  image: Omit<CatalogueImage, 'version'>,
  references: readonly string[],
  nowMs: number,
  { paths, self }: Place,
): Promise<void> {
  const names = new NameIndex(paths, self);
  const catalogue = new ImageCatalogue(paths, self);
  for (const reference of references) await names.set(reference, image.id, nowMs);
  if (catalogue.find(image.id) === undefined) await catalogue.add(image);
}

/** One that only scenarios have made is kept for itself from now on. */
export async function nameImage(
  { id, kept, platform, createdAt, layers }: KnownImage,
  reference: string,
  nowMs: number,
  place: Place,
): Promise<void> {
  const own = layers.map(({ diffId, sizeBytes }) => ({ diffId, sizeBytes }));
  const image = kept ?? { id, platform, createdAt, addedAtMs: nowMs, layers: own };
  await nameKept(image, [reference], nowMs, place);
}
