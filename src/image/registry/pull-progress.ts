/** What a pull tells while it goes on: the states of a layer as Docker calls them. */
export type PullEvent =
  | { readonly kind: 'begun'; readonly name: string; readonly repository: string }
  | {
      readonly kind: 'layer';
      readonly digest: string;
      readonly state: 'waiting' | 'there' | 'downloading' | 'downloaded' | 'complete';
      readonly doneBytes: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'ended'; readonly digest: string; readonly isNewer: boolean };

export type OnPull = (event: PullEvent) => void;
