import type { PrepareContext } from '../add-to-store.ts';
import type { BlobStore } from '../store/blob-store.ts';
import type { LayerStore } from '../store/layer-store.ts';
import type { BuildEvent } from './build-event.ts';

/** What the steps of a build work with. */
export interface BuildTools extends PrepareContext {
  readonly layers: LayerStore;
  readonly blobs: BlobStore;
  readonly emit: (event: BuildEvent) => void;
}
