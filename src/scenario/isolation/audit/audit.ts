import type { Clock } from '../../../core/clock.ts';
import type { ForeignProcess, ForeignRights, ForeignWitness } from '../../../core/foreign-process.ts';
import type { Probe } from '../../../core/probe.ts';
import type { Verdict } from '../check.ts';

/** How a claim of the check table is shown of a process that Mayfly did not start. */
export interface Audit {
  /** The check's id. */
  readonly check: string;
  /** The claim in other words, where the check's own are about what was declared. */
  readonly claim?: string;
  /** What is done, for the docs. */
  readonly looked: string;
  /** What stands in for what nobody declared, for the docs. */
  readonly against: string;
  look(audited: Audited): Verdict | Promise<Verdict>;
}

/** A process under examination. */
export interface Audited {
  /** Its own words are not asked for: what is told is the host's. */
  readonly witness: ForeignWitness;
  readonly processes: ForeignProcess['processes'];
  /** The same helper each time; why not, where it is not permitted. */
  look(rights: ForeignRights): Promise<Look>;
  /** One of its own, for what it would not survive. */
  openProbe(rights: ForeignRights): Promise<Probe>;
  readonly clock: Clock;
}

export type Look = { readonly probe: Probe } | { readonly refused: string };
