import { digestHex } from '../digest.ts';
import { type CatalogueImage, ImageCatalogue } from './image-catalogue.ts';
import { type ImageRecord, listImages } from './image-record.ts';
import { NameIndex } from './name-index.ts';
import type { StorePaths } from './store-paths.ts';
import type { ProcessIdentity } from './temporary.ts';

/** An image of the store, whichever way it came there. */
export interface KnownImage {
  /** `sha256:…` of the configuration. */
  readonly id: string;
  readonly platform: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  /** Lowest first. */
  readonly layers: readonly { readonly diffId: string; readonly sizeBytes: number }[];
  /** In full; of a nameless image empty. */
  readonly references: readonly string[];
  /** What is kept for itself; undefined of what only scenarios have made. */
  readonly kept: CatalogueImage | undefined;
  /** Made ready for scenarios under their own names. */
  readonly records: readonly ImageRecord[];
}

/** Every image once, newest first. */
export async function listKnownImages(
  paths: StorePaths,
  self: ProcessIdentity,
): Promise<readonly KnownImage[]> {
  const names = await new NameIndex(paths, self).list();
  const kept = await new ImageCatalogue(paths, self).list();
  const records = await listImages(paths);
  const ids = new Set([...kept, ...records].map(({ id }) => id));
  return [...ids]
    .flatMap((id): KnownImage[] => {
      const own = kept.find((image) => image.id === id);
      const made = records.filter((record) => record.id === id);
      const about = own ?? made[0];
      if (about === undefined) return [];
      return [
        {
          id,
          platform: about.platform,
          createdAt: about.createdAt,
          sizeBytes: about.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0),
          layers: about.layers,
          references: names
            .filter((name) => name.id === id)
            .map(({ reference }) => reference)
            .sort(),
          kept: own,
          records: made,
        },
      ];
    })
    .sort((a, b) => (a.createdAt === b.createdAt ? compare(a.id, b.id) : compare(b.createdAt, a.createdAt)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The twelve digits that people read. */
export function shortId(id: string): string {
  return digestHex(id).slice(0, 12);
}
