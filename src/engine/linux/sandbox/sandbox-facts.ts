import type { ProcessSpec } from '../../../core/container.ts';
import type { Leak } from '../../../core/engine.ts';
import type { CgroupFacts } from '../plan/cgroup-facts.ts';
import type { SeccompProgram } from '../seccomp/seccomp-program.ts';
import type { IdMapping } from './id-mapping.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import type { Host } from '../host.ts';

/** What a sandbox knows about its host and its run; probed or decided before it opens. */
export interface SandboxFacts {
  readonly host: Host;
  readonly mapping: IdMapping;
  readonly cgroups: CgroupFacts;
  readonly ipv6: boolean;
  /** /proc/self/oom_score_adj of ours, which the launcher inherits. */
  readonly oomScoreAdj: number;
  readonly seed: number;
  readonly upper: 'tmpfs' | 'disk';
  /** For writable layers on disk; exists when `upper` is `disk`. */
  readonly upperDirectory: string;
  readonly disposeBudgetMs: number;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly sleep: (ms: number) => Promise<void>;
  readonly seccompFor: (process: ProcessSpec) => SeccompProgram | undefined;
  readonly census: (opened: OpenedSandbox, runId: string, budgetMs: number) => Promise<readonly Leak[]>;
}
