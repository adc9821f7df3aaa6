import {
  isImageReference,
  parseImageReference,
  renderFamiliar,
  renderReference,
  withDefaultTag,
} from '../core/image-reference.ts';
import { MayflyError } from '../core/mayfly-error.ts';
import { digestHex } from './digest.ts';
import { type KnownImage, shortId } from './store/known-images.ts';

export interface FoundImage {
  readonly image: KnownImage;
  /** The name by which it was found, in full; undefined where it was an id. */
  readonly reference: string | undefined;
}

/**
 * What a person means: name:tag, name@digest, or the beginning of an id. A name comes first, as with Docker.
 *
 * @throws MayflyError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS
 */
export function findImage(text: string, images: readonly KnownImage[]): FoundImage {
  const reference = fullReference(text);
  const named =
    reference === undefined ? undefined : images.find((image) => image.references.includes(reference));
  if (named !== undefined) return { image: named, reference };
  const digits = /^(?:sha256:)?([0-9a-f]{1,64})$/.exec(text)?.[1];
  const meant = digits === undefined ? [] : images.filter(({ id }) => digestHex(id).startsWith(digits));
  const [first] = meant;
  if (meant.length > 1) throw ambiguous(text, meant);
  if (first !== undefined) return { image: first, reference: undefined };
  throw new MayflyError('IMAGE_NOT_FOUND', `no such image: ${text.slice(0, 300)}`, {
    hint: '`mayfly images` lists those that are here',
  });
}

/** The name as the index has it; undefined where it can be none. A name with tag and digest is known by its digest. */
function fullReference(text: string): string | undefined {
  if (!isImageReference(text)) return undefined;
  const { registry, repository, tag, digest } = withDefaultTag(parseImageReference(text));
  return digest === undefined
    ? renderReference({ registry, repository, ...(tag === undefined ? {} : { tag }) })
    : renderReference({ registry, repository, digest });
}

const candidatesShown = 10;

function ambiguous(text: string, images: readonly KnownImage[]): MayflyError {
  const shown = images.slice(0, candidatesShown).map(({ id, references: [reference] }) => {
    const name = reference === undefined ? '<none>' : renderFamiliar(parseImageReference(reference));
    return `${shortId(id)} (${name})`;
  });
  const more = images.length > shown.length ? ` and ${images.length - shown.length} more` : '';
  return new MayflyError(
    'IMAGE_AMBIGUOUS',
    `${text} is the beginning of ${images.length} ids: ${shown.join(', ')}${more}`,
  );
}
