import type { Json } from '../../core/json.ts';

/**
 * What the language has and this version does not do. Using it ends in LANGUAGE_NOT_AVAILABLE_YET, never in a pass. Whoever
 * builds a thing deletes its line here; nothing else need be changed in the loader.
 */
export interface NotYet {
  /** In what it stands. */
  readonly in:
    | 'scenario'
    | 'include'
    | 'service'
    | 'image'
    | 'secret'
    | 'dependency'
    | 'step'
    | 'fault'
    | 'matcher'
    | 'condition';
  readonly key: string;
  /** For the message: `… is not available yet`. */
  readonly what: string;
  /** Values that ask for nothing new. */
  readonly unless?: (value: Json) => boolean;
  /** `validate` and `plan` accept it; only running says no. */
  readonly validates?: true;
}

export const notYet: readonly NotYet[] = [
  { in: 'include', key: 'compose', what: 'including a Compose file' },
];
