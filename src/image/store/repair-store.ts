import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestHex } from '../digest.ts';
import { removeImage } from '../remove-image.ts';
import { type CollectContext, type Collected, collectGarbage, discardLayer } from './collect-garbage.ts';
import { ImageCatalogue } from './image-catalogue.ts';
import { removeImageRecords } from './image-record.ts';
import { NameIndex } from './name-index.ts';
import { type StoreProblem, verifyStore } from './verify-store.ts';

export interface Repaired {
  readonly problems: readonly StoreProblem[];
  readonly collected: Collected;
}

/**
 * Takes away what is damaged, and all that cannot be without it: what is left is whole. What a scenario needs is made or fetched
 * anew. Undefined when somebody adds to the store at this moment.
 */
export async function repairStore(
  context: CollectContext,
  signal: AbortSignal,
): Promise<Repaired | undefined> {
  let problems: readonly StoreProblem[] = [];
  const collected = await collectGarbage(context, async (isUnused) => {
    problems = await verifyStore(context.paths, context.self, signal);
    // Facts first: while one cannot be read, nothing that it might speak of is removed.
    const isFact = ({ kind }: StoreProblem): boolean => kind === 'unreadable-fact';
    for (const problem of [...problems.filter(isFact), ...problems.filter((each) => !isFact(each))])
      await mend(problem, isUnused, context);
  });
  return collected === undefined ? undefined : { problems, collected };
}

async function mend(
  problem: StoreProblem,
  isUnused: (directory: string) => Promise<boolean>,
  context: CollectContext,
): Promise<void> {
  const { paths, self } = context;
  switch (problem.kind) {
    case 'damaged-blob':
      return rm(join(paths.blobs, digestHex(problem.digest)), { recursive: true, force: true });
    case 'missing-blob':
      return problem.vital ? forgetImage(problem.image, context) : forgetBlob(problem, context);
    case 'wrong-image':
    case 'missing-layer':
      return forgetImage(problem.image, context);
    case 'name-without-image':
      return new NameIndex(paths, self).remove(problem.reference);
    case 'unknown-layer': {
      if (!(await isUnused(problem.directory))) return;
      await using writer = await context.openLayerWriter();
      return await discardLayer(problem.directory, writer, context);
    }
    case 'record-without-layer':
      return removeImageRecords(paths, ({ layers }) =>
        layers.some(({ directory }) => directory === problem.directory),
      );
    case 'unreadable-fact':
      return rm(problem.path, { recursive: true, force: true });
    default:
      return problem satisfies never;
  }
}

async function forgetImage(id: string, { paths, self }: CollectContext): Promise<void> {
  const names = (await new NameIndex(paths, self).list()).filter((name) => name.id === id);
  await removeImage({ untag: names.map(({ reference }) => reference), remove: id }, { paths, self });
}

/** The image stays, and scenarios start from it; it can only not be saved or pushed as it came. */
async function forgetBlob(
  { digest, image: id }: Extract<StoreProblem, { kind: 'missing-blob' }>,
  { paths, self }: CollectContext,
): Promise<void> {
  const catalogue = new ImageCatalogue(paths, self);
  const image = catalogue.find(id);
  if (image === undefined) return;
  const { manifest, layers, version: _, ...rest } = image;
  await catalogue.add({
    ...rest,
    ...(manifest === undefined || manifest === digest ? {} : { manifest }),
    layers: layers.map(({ blob, ...layer }) =>
      blob === undefined || blob.digest === digest ? layer : { ...layer, blob },
    ),
  });
}
