import type { Tape } from '../../engine/linux/tape/op.ts';

/** A tape, who performs it and what for. */
export interface ExplainedTape {
  readonly title: string;
  /** What its bytes mean, where the tape itself cannot say it. */
  readonly notes?: string;
  readonly tape: Tape;
}
