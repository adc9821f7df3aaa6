import type { ProcessSpec } from '../../../core/container.ts';
import type { Leak } from '../../../core/engine.ts';
import type { Host } from '../host.ts';
import type { Cidr } from '../net/cidr.ts';
import type { CgroupFacts } from '../plan/cgroup-facts.ts';
import type { SeccompProgram } from '../seccomp/seccomp-program.ts';
import type { OnDisk, SandboxSnapshot } from './census.ts';
import type { IdMapping } from './id-mapping.ts';
import type { Journal } from './journal.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import type { WritablePlace } from './writable-place.ts';

/** What a sandbox knows about its host and its run; probed or decided before it opens. */
export interface SandboxFacts {
  readonly host: Host;
  readonly mapping: IdMapping;
  /** The store's. */
  readonly layersDirectory: string;
  readonly cgroups: CgroupFacts;
  readonly ipv6: boolean;
  /** Numbers of the machine's own system calls, by name. */
  readonly systemCalls: Readonly<Record<string, number>>;
  /** Subnets the host itself is on. */
  readonly hostRanges: readonly Cidr[];
  /** /proc/self/oom_score_adj of ours, which the launcher inherits. */
  readonly oomScoreAdj: number;
  readonly seed: number;
  readonly writable: WritablePlace;
  readonly journal: Journal;
  readonly disposeBudgetMs: number;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly seccompFor: (process: ProcessSpec) => SeccompProgram | undefined;
  readonly snapshot: (opened: OpenedSandbox, onDisk: OnDisk) => SandboxSnapshot;
  readonly census: (
    opened: OpenedSandbox,
    snapshot: SandboxSnapshot,
    runId: string,
    budgetMs: number,
  ) => Promise<readonly Leak[]>;
}
