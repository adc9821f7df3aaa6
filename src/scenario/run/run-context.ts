import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../core/engine.ts';
import type { MayflyEvent, Outcome, RunStarted } from '../../core/event.ts';
import type { ImageProvider } from '../../core/image.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import type { SnapshotStore } from '../snapshot/snapshot-files.ts';
import type { RunLimits } from './run-limits.ts';

/** Everything a run needs from outside; the command line puts it together. */
export interface RunContext {
  readonly engine: Engine;
  readonly images: ImageProvider;
  readonly emit: (event: MayflyEvent) => void;
  readonly clock: Clock;
  /** Aborted by the first Ctrl-C, with an `Interrupted` as reason: everything ends, cleanly. */
  readonly signal: AbortSignal;
  /** `[a-z0-9]+`, unique on the machine. */
  readonly runId: string;
  readonly about: Pick<RunStarted, 'mayflyVersion' | 'startedAt' | 'host'>;
  /** How many scenarios at once. */
  readonly jobs: number;
  readonly failFast: boolean;
  readonly failOnFlaky: boolean;
  readonly failOnSkipped: boolean;
  readonly limits: RunLimits;
  /** The absolute folder of a scenario's file, from which `copy` reads. */
  readonly scenarioDirectory: (plan: ScenarioPlan) => string;
  /** Absolute: from below these, too, `copy` may read. */
  readonly allowedHostPaths: readonly string[];
  /** Keeps a file below `--output`; absent without it. Paths are relative and without `..`. */
  readonly saveEvidence?: (path: string, bytes: Uint8Array) => Promise<void>;
  /** Files of snapshots beside the scenarios (language.md R22); without it, a snapshot is an error. */
  readonly snapshots?: SnapshotStore;
  /** Opens the full log of a container below `--output`; absent without it. */
  readonly openLog?: (path: string) => LogSink;
}

export interface LogSink {
  /** Masked text, with its newlines. */
  write(text: string): void;
  end(): void;
}

export interface RunResult {
  /** language.md R30. */
  readonly exitStatus: number;
  readonly scenarios: readonly ScenarioResult[];
}

export interface ScenarioResult {
  readonly id: string;
  readonly outcome: Outcome;
  /** Exit statuses of what went wrong, by the error catalogue. */
  readonly errorStatuses: readonly number[];
}
