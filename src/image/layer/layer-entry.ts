import type { LayerMetadata } from '../layer-writer.ts';

/** One entry of a layer as its source tells it: names and ids are not yet judged. Whiteouts are still files with Docker's names. */
export type LayerEntry =
  | { readonly kind: 'directory'; readonly name: string; readonly metadata: LayerMetadata }
  | {
      readonly kind: 'file';
      readonly name: string;
      readonly metadata: LayerMetadata;
      readonly sizeBytes: number;
      /** Can be read once. */
      readonly content: AsyncIterable<Uint8Array>;
    }
  | {
      readonly kind: 'symlink';
      readonly name: string;
      readonly target: string;
      readonly metadata: LayerMetadata;
    }
  | { readonly kind: 'hardlink'; readonly name: string; readonly target: string }
  | { readonly kind: 'fifo'; readonly name: string; readonly metadata: LayerMetadata }
  | { readonly kind: 'device'; readonly name: string };
