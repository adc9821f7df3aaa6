import type { ImageReference } from '../../core/image-reference.ts';

/** How far a blob is on its way. */
export type PushState =
  | { readonly kind: 'preparing' }
  | { readonly kind: 'pushing'; readonly doneBytes: number }
  | { readonly kind: 'pushed' }
  | { readonly kind: 'there' }
  /** The registry had it in another repository. */
  | { readonly kind: 'mounted'; readonly from: string };

/** What a push tells while it goes on. */
export type PushEvent =
  | { readonly kind: 'begun'; readonly reference: ImageReference }
  | {
      readonly kind: 'layer';
      readonly digest: string;
      readonly sizeBytes: number;
      readonly state: PushState;
    }
  | {
      readonly kind: 'ended';
      readonly reference: ImageReference;
      readonly digest: string;
      readonly sizeBytes: number;
    };

export type OnPush = (event: PushEvent) => void;
