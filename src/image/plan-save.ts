import { parseImageReference } from '../core/image-reference.ts';
import { MayflyError } from '../core/mayfly-error.ts';
import type { FoundImage } from './find-image.ts';
import { ociTypes } from './oci/media-types.ts';
import type { SavedImage } from './oci/write-archive.ts';
import type { BlobDescriptor } from './store/image-catalogue.ts';
import { shortId } from './store/known-images.ts';

/** What of a blob the store knows by looking. */
export interface BlobFacts {
  readonly sizeOf: (digest: string) => number;
  readonly readText: (digest: string) => string;
}

/**
 * Each image once, with the names that were asked for: an image that was named by its id has none in the archive.
 *
 * @throws MayflyError IMAGE_NOT_FOUND where an image is not kept as it came
 */
export function planSave(found: readonly FoundImage[], facts: BlobFacts): readonly SavedImage[] {
  const ids = [...new Set(found.map(({ image }) => image.id))];
  return ids.flatMap((id) => {
    const asked = found.filter(({ image }) => image.id === id);
    const references = asked
      .map(({ reference }) => reference)
      .filter((reference) => reference !== undefined)
      .filter((reference) => parseImageReference(reference).tag !== undefined);
    return asked.slice(0, 1).map(({ image }) => toSaved(image, [...new Set(references)], facts));
  });
}

function toSaved(
  { id, kept, platform }: FoundImage['image'],
  references: readonly string[],
  facts: BlobFacts,
): SavedImage {
  const layers = (kept?.layers ?? []).map(({ blob }) => blob).filter((blob) => blob !== undefined);
  if (kept?.manifest === undefined || layers.length < kept.layers.length) {
    throw new MayflyError('IMAGE_NOT_FOUND', `the image ${shortId(id)} is only there unpacked`, {
      hint: 'load or pull it again, and it is kept as it comes',
    });
  }
  const [os = '', architecture = ''] = platform.split('/');
  const manifest = facts.readText(kept.manifest);
  return {
    references,
    config: { mediaType: ociTypes.config, digest: id, sizeBytes: facts.sizeOf(id) },
    manifest: {
      mediaType: mediaTypeOf(manifest),
      digest: kept.manifest,
      sizeBytes: Buffer.byteLength(manifest),
    },
    platform: { os, architecture },
    layers,
  };
}

/** A manifest says what it is (OCI 1.1, Docker schema 2); one that does not is OCI 1.0's. */
function mediaTypeOf(manifest: string): BlobDescriptor['mediaType'] {
  const { mediaType }: { mediaType?: unknown } = JSON.parse(manifest);
  return typeof mediaType === 'string' ? mediaType : ociTypes.manifest;
}
