import type { ProcessFacts } from './engine.ts';
import type { Probe, Witness } from './probe.ts';

/**
 * A process that Mayfly did not start. It is only looked at: nothing signals it, stops it, or changes anything of it. All that is told
 * is of this very process; once it has ended nothing is, whoever has its number then.
 */
export interface ForeignProcess extends AsyncDisposable {
  readonly witness: ForeignWitness;
  isThere(): boolean;
  /** All processes of its PID namespace. */
  processes(): Promise<readonly ProcessFacts[]>;
  /** A helper of ours in its namespaces, though not under its filter of system calls. Rejects with PROBE_NOT_PERMITTED. */
  probe(rights: ForeignRights, signal: AbortSignal): Promise<Probe>;
}

/**
 * `itself`: the user and groups of the process, of its capabilities SYS_CHROOT alone, where it has that. `root`: uid 0 of its user namespace
 * with NET_BIND_SERVICE alone, be it more than the process has. `host`: not
 * in its namespaces but in the runner's, without any capability, for what would have to be seen from there.
 */
export type ForeignRights = 'itself' | 'root' | 'host';

export interface ForeignWitness extends Witness {
  /** Names in a directory of its /proc/PID; undefined: not there, or not for us to read. */
  list(name: string): readonly string[] | undefined;
  /** The text of a link of its /proc/PID, which is never followed: what it leads to may be anything. */
  readLink(name: string): string | undefined;
  /** Files of the runner's own /proc and /sys, by their paths. */
  readHost(path: string): string | undefined;
  listHost(path: string): readonly string[] | undefined;
}
