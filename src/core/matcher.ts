import type { Json } from './json.ts';

/** What a matcher found: nothing, or each way in which the fact differs from what was declared. */
export type MatchResult =
  | { readonly matched: true }
  | { readonly matched: false; readonly mismatches: readonly Mismatch[] };

export interface Mismatch {
  /** Where in the fact: empty for the whole, else `[0].name`. */
  readonly path: string;
  /** One sentence: `does not contain "ready"`. */
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
  readonly diff?: readonly string[];
}

export type Fact = Json | Uint8Array | undefined;
