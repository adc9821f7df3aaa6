import { familiarRepository, parseImageReference, renderFamiliar } from '../core/image-reference.ts';
import { MayflyError } from '../core/mayfly-error.ts';
import type { FoundImage } from './find-image.ts';
import { shortId } from './store/known-images.ts';

export interface Removal {
  /** In full. */
  readonly untag: readonly string[];
  /** `sha256:…` of the image that goes with its last name. */
  readonly remove: string | undefined;
}

/**
 * What `docker rmi` does: a name is taken away, and the image with its last one. An id takes all names with it, but those of several
 * repositories only by force.
 *
 * @throws MayflyError IMAGE_IN_USE
 */
export function planRemoval({ image, reference }: FoundImage, force: boolean): Removal {
  const { id, references } = image;
  if (reference !== undefined) {
    const left = references.filter((name) => name !== reference);
    // The digests of a repository have no use without a tag of it.
    const isLast = !left.some((name) => isTagged(name));
    return isLast ? { untag: references, remove: id } : { untag: [reference], remove: undefined };
  }
  const repositories = new Set(references.map((name) => familiarRepository(parseImageReference(name))));
  if (repositories.size > 1 && !force) {
    const names = references.map((name) => renderFamiliar(parseImageReference(name))).join(', ');
    throw new MayflyError(
      'IMAGE_IN_USE',
      `the image ${shortId(id)} has names in ${repositories.size} repositories: ${names}`,
    );
  }
  return { untag: references, remove: id };
}

function isTagged(reference: string): boolean {
  return parseImageReference(reference).tag !== undefined;
}
