import type { AddContext } from './add-to-store.ts';
import { readSource } from './image-sources.ts';
import { keepImage } from './keep-image.ts';
import type { CatalogueImage } from './store/image-catalogue.ts';

/** The tar of a whole file system becomes an image of one layer; the same tar is the same image. */
export async function importImage(
  path: string,
  references: readonly string[],
  context: AddContext,
): Promise<CatalogueImage> {
  const sourced = await readSource({ kind: 'rootfs', path }, { ...context, pull: undefined });
  return keepImage(sourced, references, context);
}
