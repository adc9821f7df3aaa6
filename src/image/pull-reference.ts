import { type ImageReference, renderReference } from '../core/image-reference.ts';
import type { AddContext } from './add-to-store.ts';
import { renderedPlatformMatches } from './image-platform.ts';
import { keepImage } from './keep-image.ts';
import { nameKept } from './name-image.ts';
import type { OnPull } from './registry/pull-progress.ts';
import { RegistryPull } from './registry/registry-pull.ts';
import { type CatalogueImage, ImageCatalogue } from './store/image-catalogue.ts';
import { NameIndex } from './store/name-index.ts';

export interface PullResult {
  readonly image: CatalogueImage;
  /** Of what the reference names at the registry. */
  readonly digest: string;
  /** Whether the name has another image now, or had none. */
  readonly isNewer: boolean;
}

/** An image of a registry becomes one of the store, under the name and the digest it has there. */
export async function pullReference(
  reference: ImageReference,
  context: AddContext,
  onPull: OnPull,
): Promise<PullResult> {
  const { paths, self, nowMs, platform } = context;
  const names = new NameIndex(paths, self);
  const name = storeNameOf(reference);
  const earlier = names.find(name)?.id;
  const registries = await context.readRegistries();
  onPull({ kind: 'begun', reference });
  await using pull = new RegistryPull(reference, { ...context, registries, onPull });
  const { image, digest } = (await findKnown(pull)) ?? (await fetch(pull));
  const isNewer = earlier !== image.id;
  onPull({ kind: 'ended', reference, digest, isNewer });
  return { image, digest, isNewer };

  /** Where the store has it already under that digest, nothing is fetched. */
  async function findKnown(from: RegistryPull) {
    if (earlier === undefined) return undefined;
    const offered = await from.findDigest();
    if (offered === undefined) return undefined;
    const named = names.find(storeNameOf({ ...reference, digest: offered }));
    const known = named === undefined ? undefined : new ImageCatalogue(paths, self).find(named.id);
    // One digest may be an index, and what it means is told by the platform.
    if (known === undefined || !renderedPlatformMatches(known.platform, platform)) return undefined;
    // Somebody may be removing it at this moment.
    await nameKept(known, [name], nowMs(), context, new Set([offered]));
    return { image: known, digest: offered };
  }

  async function fetch(from: RegistryPull) {
    const { digest: offered, ...sourced } = await from.read();
    const both = [...new Set([name, storeNameOf({ ...reference, digest: offered })])];
    return {
      image: await keepImage({ ...sourced, inputs: [], references: [], digest: offered }, both, context),
      digest: offered,
    };
  }
}

/** The name under which the store has it: a digest says more than a tag. */
export function storeNameOf({ registry, repository, tag, digest }: ImageReference): string {
  if (digest !== undefined) return renderReference({ registry, repository, digest });
  return renderReference({ registry, repository, tag: tag ?? 'latest' });
}
