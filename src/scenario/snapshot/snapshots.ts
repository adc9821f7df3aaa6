/** How a matcher reaches what is kept (language.md R22). */
export interface Snapshots {
  /** The name of a snapshot that has none of its own: of the step, and what of it is judged. */
  nameFor(subject: string): string;
  check(name: string, text: string): SnapshotVerdict;
  /** Secrets are never kept (R8). */
  mask(text: string): string;
}

export type SnapshotVerdict =
  /** As kept, or kept from now on. */
  | { readonly kind: 'same' }
  | { readonly kind: 'differs'; readonly kept: string; readonly why: 'kept' | 'another-step' }
  /** None is kept, and none may be made. */
  | { readonly kind: 'missing' };
