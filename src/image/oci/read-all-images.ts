import { type ImageLimits, limitError } from '../image-limits.ts';
import type { SourcedImage } from '../image-source.ts';

/** All images of an archive, in order. Each is small, but a list may name one large configuration any number of times. */
export async function readAllImages<T, R extends Pick<SourcedImage, 'blobs'>>(
  items: readonly T[],
  limits: ImageLimits,
  read: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const images: R[] = [];
  let bytes = 0;
  for (const item of items) {
    const image = await read(item);
    for (const blob of image.blobs) bytes += blob.length;
    if (bytes > limits.archiveMetadataBytes) {
      const what = `the configurations and manifests of ${items.length} images are too large`;
      throw limitError('archiveMetadataBytes', limits, what);
    }
    images.push(image);
  }
  return images;
}
