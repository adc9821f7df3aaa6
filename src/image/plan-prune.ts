import type { KnownImage } from './store/known-images.ts';

export interface PruneWish {
  /** Also images with names, and those that scenarios would find ready. */
  readonly all: boolean;
  /** Only those for which it holds. */
  readonly isMeant: (image: KnownImage) => boolean;
  /** Whether a scenario that asks for it would get it without making it anew. */
  readonly isFresh: (record: KnownImage['records'][number]) => boolean;
}

/**
 * Images that go: those without a name, of which no scenario would start; with `all` every one. What runs is spared by whoever
 * removes them.
 */
export function planPrune(images: readonly KnownImage[], wish: PruneWish): readonly KnownImage[] {
  return images.filter((image) => {
    if (!wish.isMeant(image)) return false;
    if (wish.all) return true;
    return image.references.length === 0 && !image.records.some(wish.isFresh);
  });
}
