import type { ImageSource } from '../../core/image.ts';
import { parseImageReference, renderReference, withDefaultTag } from '../../core/image-reference.ts';
import type { SourceContext, SourcedImage } from '../image-source.ts';
import { pullImage } from '../registry/pull-image.ts';

/** An image of a registry. */
export async function readRegistryImage(
  source: Extract<ImageSource, { kind: 'registry' }>,
  context: SourceContext,
): Promise<SourcedImage> {
  const reference = withDefaultTag(parseImageReference(source.reference));
  const { digest: _, ...pulled } = await pullImage(reference, { ...context, onPull: () => undefined });
  return { ...pulled, inputs: [], references: [renderReference(reference)] };
}
