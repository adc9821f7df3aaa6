import type { Compression } from '../compression/decompress.ts';

/** What Mayfly itself writes (image-spec media-types.md). */
export const ociTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;

/** Of a layer that is packed so. */
export function layerTypeOf(compression: Compression): string {
  return compression === 'none' ? ociTypes.layer : `${ociTypes.layer}+${compression}`;
}
