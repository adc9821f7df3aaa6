import { parseImageReference, renderReference, withDefaultTag } from '../core/image-reference.ts';
import type { AddContext } from './add-to-store.ts';
import { digestOf } from './digest.ts';
import type { SourcedImage } from './image-source.ts';
import { keepImage } from './keep-image.ts';
import { openArchive } from './oci/open-archive.ts';
import { readDockerSaves } from './oci/read-docker-save.ts';
import { readOciImages } from './oci/read-oci-image.ts';
import type { CatalogueImage } from './store/image-catalogue.ts';

export interface LoadedImage {
  readonly image: CatalogueImage;
  /** In full; empty where the archive gives none. */
  readonly references: readonly string[];
}

/** Every image of an archive that `docker save`, `podman save`, `skopeo copy` or BuildKit wrote, under the names it has there. */
export async function loadImages(path: string, context: AddContext): Promise<readonly LoadedImage[]> {
  const { files, kind } = await openArchive(path, context);
  const images = await (kind === 'oci' ? readOciImages : readDockerSaves)(files, context);
  // All names first: one that is none is an error before anything is kept.
  const sourced = images.map((image) => ({
    image: { ...image, inputs: [] },
    references: namesOf(image, context),
  }));
  const loaded: LoadedImage[] = [];
  for (const { image, references } of sourced)
    loaded.push({ image: await keepImage(image, references, context), references });
  return loaded;
}

/**
 * An archive's names are complete, but for the mere tags that skopeo and umoci write: `1.0` says nothing of a repository. A digest in
 * a name is what the archive claims, and anybody can write one: the name counts if what was read has it.
 */
function namesOf(
  { references, digest, blobs }: Pick<SourcedImage, 'references' | 'digest' | 'blobs'>,
  { onProgress }: Pick<AddContext, 'onProgress'>,
): readonly string[] {
  const actual = [digest, blobs[1] === undefined ? undefined : digestOf(blobs[1])];
  const names = references.filter((reference) => /[/:]/.test(reference)).map(toFullName);
  return [...new Set(names)].filter((name) => {
    const claimed = parseImageReference(name).digest;
    const isTrue = claimed === undefined || actual.includes(claimed);
    if (!isTrue) onProgress(`warning: ${name} is not given to an image that has not this digest`);
    return isTrue;
  });
}

function toFullName(reference: string): string {
  return renderReference(withDefaultTag(parseImageReference(reference)));
}
