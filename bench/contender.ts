/** One way of doing a row's work. */
export interface Contender {
  readonly name: string;
  /** Node's own spawn of a process (about 2 ms) is part of its figure. */
  readonly spawned: boolean;
  /** Does it once; how long it took, or whatever the row measures. */
  run(): Promise<number>;
}

/** A peer that is not on this machine, or does not work here. */
export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

export interface Figure {
  readonly name: string;
  readonly spawned: boolean;
  readonly median: number;
  /** The middle half of the samples lies between these. */
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}
