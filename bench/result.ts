import type { Figure, Skipped } from './contender.ts';

/** A promise of ours: at most so many times what a peer needs, in the same run. */
export interface Bar {
  readonly peer: string;
  readonly atMost: number;
}

/** What a row measured. `ours` is the first figure. */
export interface Result {
  readonly what: string;
  readonly unit: 'ms' | 's' | 'kB' | 'MB' | '%';
  readonly figures: readonly Figure[];
  readonly skipped: readonly Skipped[];
  readonly bars: readonly Bar[];
  /** A bar in the row's own unit. */
  readonly atMost?: number;
}

export interface RowOptions {
  readonly rounds: number;
  /** For rows that start many: how many. */
  readonly containers: number;
  /** Steps, services and scenario files of the rows that have many of them. */
  readonly steps: number;
  readonly services: number;
  readonly files: number;
}
