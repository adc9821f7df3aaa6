import type { BlobDescriptor } from '../store/image-catalogue.ts';
import { ociTypes } from './media-types.ts';

/** A manifest for an image that came without one (image-spec manifest.md). The same parts give the same bytes. */
export function renderManifest(
  config: { readonly digest: string; readonly sizeBytes: number },
  layers: readonly BlobDescriptor[],
): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: ociTypes.manifest,
    config: renderDescriptor({ ...config, mediaType: ociTypes.config }),
    layers: layers.map(renderDescriptor),
  });
}

function renderDescriptor({ mediaType, digest, sizeBytes }: BlobDescriptor): object {
  return { mediaType, digest, size: sizeBytes };
}
