import type { LayerEntry } from '../../layer/layer-entry.ts';

/** One thing that a COPY brings: a file, or all that is in a directory. */
export interface CopyItem {
  /** Its own name, under which it goes into a directory. */
  readonly baseName: string;
  readonly isDirectory: boolean;
  /** Relative to it; its own entry has the empty name and comes first. Owners are those of the source. */
  readonly entries: () => AsyncIterable<LayerEntry>;
}
