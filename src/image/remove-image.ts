import type { Removal } from './plan-removal.ts';
import type { CollectContext } from './store/collect-garbage.ts';
import { ImageCatalogue } from './store/image-catalogue.ts';
import { removeImageRecords } from './store/image-record.ts';
import { NameIndex } from './store/name-index.ts';

/** Names first, then the image: at no moment is there a name without its image. What it needed is garbage then. */
export async function removeImage(
  { untag, remove }: Removal,
  { paths, self }: Pick<CollectContext, 'paths' | 'self'>,
): Promise<void> {
  const names = new NameIndex(paths, self);
  for (const reference of untag) await names.remove(reference);
  if (remove === undefined) return;
  await new ImageCatalogue(paths, self).remove(remove);
  await removeImageRecords(paths, ({ id }) => id === remove);
  // Somebody may have named it a moment ago (name-image.ts).
  for (const { reference, id } of await names.list()) if (id === remove) await names.remove(reference);
}
