/** What a build tells of itself while it goes on. */
export type BuildEvent =
  | { readonly kind: 'stepStarted'; readonly step: number; readonly title: string }
  | { readonly kind: 'stepCached'; readonly step: number }
  | {
      readonly kind: 'stepOutput';
      readonly step: number;
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    }
  | { readonly kind: 'stepDone'; readonly step: number }
  | { readonly kind: 'stepFailed'; readonly step: number; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string };
