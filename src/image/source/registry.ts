import type { ImageSource } from '../../core/image.ts';
import {
  type ImageReference,
  parseImageReference,
  renderFamiliar,
  withDefaultTag,
} from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { PrepareContext } from '../add-to-store.ts';
import { renderedPlatformMatches, renderPlatform } from '../image-platform.ts';
import type { SourcedImage } from '../image-source.ts';
import { readFileFact } from '../input-fact.ts';
import { pullReference, storeNameOf } from '../pull-reference.ts';
import { readStoredImage } from '../read-stored-image.ts';
import { renderPullEvent } from '../registry/render-pull-event.ts';
import { type CatalogueImage, ImageCatalogue } from '../store/image-catalogue.ts';
import { NameIndex } from '../store/name-index.ts';

/** An image by its name: of the store, where it was pulled, loaded or built, else of its registry. */
export async function readRegistryImage(
  source: Extract<ImageSource, { kind: 'registry' }>,
  context: PrepareContext,
): Promise<SourcedImage> {
  const reference = withDefaultTag(parseImageReference(source.reference));
  const image = await findOrPull(reference, context);
  const names = new NameIndex(context.paths, context.self);
  const name = storeNameOf(reference);
  const inputs = [readFileFact(names.pathOf(name))];
  // Another process may have given the name away in between: then the fact is not this image's.
  if (names.find(name)?.id !== image.id) return readRegistryImage(source, { ...context, pull: 'missing' });
  const digest = await findDigest(reference, image.id, names);
  return {
    ...(await readStoredImage(image, context)),
    inputs,
    references: [name],
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Under which its registry has it; undefined of what was loaded, built or named here. */
async function findDigest(
  { registry, repository, digest }: ImageReference,
  id: string,
  names: NameIndex,
): Promise<string | undefined> {
  if (digest !== undefined) return digest;
  const known = (await names.list())
    .filter((name) => name.id === id)
    .map((name) => parseImageReference(name.reference))
    .filter((name) => name.registry === registry && name.repository === repository)
    .flatMap((name) => name.digest ?? []);
  return known.sort()[0];
}

async function findOrPull(reference: ImageReference, context: PrepareContext): Promise<CatalogueImage> {
  const { paths, self, pull, platform, onProgress } = context;
  const named = new NameIndex(paths, self).find(storeNameOf(reference));
  const found = named === undefined ? undefined : new ImageCatalogue(paths, self).find(named.id);
  const fits = found !== undefined && renderedPlatformMatches(found.platform, platform);
  if (fits && pull !== 'always') return found;
  if (pull === 'never') {
    if (found !== undefined && !fits) {
      throw new MayflyError(
        'IMAGE_PLATFORM',
        `the one in the store is for ${found.platform}, this machine is ${renderPlatform(platform)}`,
      );
    }
    const hint = `pull it with \`mayfly pull ${renderFamiliar(reference)}\`, or have it pulled with another \`pull_policy\``;
    throw new MayflyError('IMAGE_NOT_FOUND', 'it is not in the store, and is not to be pulled', { hint });
  }
  if (found === undefined) onProgress(`Unable to find image '${renderFamiliar(reference)}' locally`);
  const { image } = await pullReference(reference, { ...context, onProgress: () => undefined }, (event) => {
    for (const line of renderPullEvent(event)) onProgress(line);
  });
  return image;
}
