import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type InputFact, inputsUnchanged } from './input-fact.ts';
import { type PruneWish, planPrune } from './plan-prune.ts';
import { removeImage } from './remove-image.ts';
import { type CollectContext, type Collected, collectGarbage } from './store/collect-garbage.ts';
import { removeImageRecords } from './store/image-record.ts';
import { type KnownImage, listKnownImages } from './store/known-images.ts';
import { directoriesOf } from './store/layer-store.ts';
import type { StorePaths } from './store/store-paths.ts';

export interface Pruned {
  readonly images: readonly KnownImage[];
  /** Spared, because a sandbox runs from them. */
  readonly inUse: readonly KnownImage[];
  readonly collected: Collected;
}

/** Undefined when somebody adds to the store at this moment. */
export async function pruneImages(wish: PruneWish, context: CollectContext): Promise<Pruned | undefined> {
  const images: KnownImage[] = [];
  const inUse: KnownImage[] = [];
  const collected = await collectGarbage(context, async (isUnused) => {
    for (const image of planPrune(await listKnownImages(context.paths, context.self), wish)) {
      if (await anyInUse(image, context.paths, isUnused)) inUse.push(image);
      else {
        await removeImage({ untag: image.references, remove: image.id }, context);
        images.push(image);
      }
    }
    if (wish.all) await emptyDirectory(context.paths.buildCache);
    // An image that has a name, or is made anew elsewhere, may still have records that serve nobody.
    await removeImageRecords(context.paths, (record) => !wish.isFresh(record));
  });
  return collected === undefined ? undefined : { images, inUse, collected };
}

/** The topmost layer tells: whoever runs from an image holds all of them, and others may share the rest. */
async function anyInUse(
  image: KnownImage,
  paths: StorePaths,
  isUnused: (directory: string) => Promise<boolean>,
): Promise<boolean> {
  const top = image.layers.at(-1);
  if (top === undefined) return false;
  for (const directory of directoriesOf(paths, top.diffId)) if (!(await isUnused(directory))) return true;
  return false;
}

async function emptyDirectory(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    await rm(join(directory, name), { recursive: true, force: true });
}

/** Whether an image that a scenario had made would be taken as it is. */
export function freshness(
  digestTree: (path: string) => string,
): (record: { readonly inputs: readonly InputFact[] }) => boolean {
  return ({ inputs }) => inputsUnchanged(inputs, digestTree);
}
