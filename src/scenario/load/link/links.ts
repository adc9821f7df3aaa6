import type { ErrorCode } from '../../../core/error-catalogue.ts';

/** How a scenario file reaches the files it names under `include` and `extends` (R26). */
export interface Links {
  /** The absolute path of the file itself. */
  readonly path: string;
  /** The text of another, by its absolute path. */
  readonly read: (path: string) => LinkedText;
}

export type LinkedText =
  /** `file` is its name for messages. */
  | { readonly kind: 'text'; readonly file: string; readonly text: string }
  | {
      readonly kind: 'refused';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint?: string;
    };
