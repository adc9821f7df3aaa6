import { parseImageReference } from '../core/image-reference.ts';
import { digestMismatch } from './digest.ts';
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
 * once more after it (remove-image.ts). Under the lock for adding, so that what the image needs is there. A name with a digest is a
 * promise of content: it is given only to what was read and found to have that digest.
 *
 * @throws MayflyError IMAGE_DIGEST_MISMATCH, and then nothing is named
 */
export async function nameKept(
  image: Omit<CatalogueImage, 'version'>,
  references: readonly string[],
  nowMs: number,
  { paths, self }: Place,
  /** Of the manifest and the index that were read. */
  verified: ReadonlySet<string> = new Set(),
): Promise<void> {
  for (const reference of references) {
    const { digest } = parseImageReference(reference);
    if (digest !== undefined && !verified.has(digest))
      throw digestMismatch(`what ${reference} names`, digest, [...verified].join(' or ') || 'unknown');
  }
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
