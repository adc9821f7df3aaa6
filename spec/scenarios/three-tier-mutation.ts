/** A change of the flagship, and where it has to be noticed. */
export interface Mutation {
  readonly name: string;
  /** The one case that is kept beside `setup`, so that thirty runs take no longer than they must. */
  readonly case: string;
  /** In the scenario unless another file is named; each stands there exactly once. */
  readonly replace: readonly (readonly [text: string, by: string])[];
  readonly file?: 'web.py' | 'pg_hba.conf';
  /** The step that fails, or the beginning of what is told outside of steps. */
  readonly fails: string;
}

export const rows = 'what is written through the web is a row of the database';
export const cached = 'the second read comes from the cache';
export const reach = 'the client reaches the web only, the database nobody';
export const restart = 'the database is started again and has lost nothing';
export const one = 'one item';

/** As they stand in three-tier.yaml. */
export const caseNames = [rows, cached, reach, restart, one] as const;
