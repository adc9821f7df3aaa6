import { MayflyError } from '../core/mayfly-error.ts';
import type { AddContext } from './add-to-store.ts';
import { parseConfig } from './image-config.ts';
import type { SourcedImage, SourcedLayer } from './image-source.ts';
import { readWhole } from './read-file.ts';
import { BlobStore } from './store/blob-store.ts';
import type { CatalogueImage, CatalogueLayer } from './store/image-catalogue.ts';

/** An image of the catalogue as a source: whoever wants to start from it finds its layers unpacked, or unpacks them again. */
export async function readStoredImage(
  image: CatalogueImage,
  { paths, self, limits }: Pick<AddContext, 'paths' | 'self' | 'limits'>,
): Promise<Omit<SourcedImage, 'inputs' | 'references'>> {
  const blobs = new BlobStore(paths, self);
  const bytes = await readWhole(blobs.open(image.id), 'configBytes', limits, 'the configuration');
  const { config, platform, createdAt } = parseConfig(bytes);
  return {
    config,
    platform,
    createdAt: createdAt || image.createdAt,
    layers: image.layers.map((layer, at) =>
      toSourced(layer, `layer ${at + 1} of ${image.layers.length}`, blobs),
    ),
    blobs: [bytes],
    warnings: [],
  };
}

function toSourced({ diffId, blob }: CatalogueLayer, what: string, blobs: BlobStore): SourcedLayer {
  return {
    kind: 'tar',
    what,
    blob,
    diffId,
    open: () => {
      if (blob !== undefined) return blobs.open(blob.digest);
      throw new MayflyError('STORE_FAILED', `${what} is gone from the store`, {
        hint: 'get the image again',
      });
    },
  };
}
