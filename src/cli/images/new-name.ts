import { parseImageReference, renderReference, withDefaultTag } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';

/** A name that an image is to have, in full. @throws MayflyError CLI_USAGE, IMAGE_REFERENCE_INVALID */
export function parseNewName(text: string): string {
  const reference = withDefaultTag(parseImageReference(text));
  if (reference.digest === undefined) return renderReference(reference);
  throw new MayflyError('CLI_USAGE', `${text} has a digest, which cannot be given as a name`, {
    hint: 'write a name and a tag',
  });
}
