import type { ImageReference } from '../../core/image-reference.ts';

/** How far a layer is: Docker's own words for them are in the command's progress. */
export type LayerState = 'waiting' | 'there' | 'downloading' | 'downloaded' | 'complete';

/** What a pull tells while it goes on. */
export type PullEvent =
  | { readonly kind: 'begun'; readonly reference: ImageReference }
  | {
      readonly kind: 'layer';
      readonly digest: string;
      readonly state: LayerState;
      readonly doneBytes: number;
      readonly sizeBytes: number;
    }
  | {
      readonly kind: 'ended';
      readonly reference: ImageReference;
      readonly digest: string;
      readonly isNewer: boolean;
    };

export type OnPull = (event: PullEvent) => void;
