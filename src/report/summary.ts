import type { Leak } from '../core/engine.ts';
import type {
  ContainerStarted,
  Outcome,
  Problem,
  RunStarted,
  SnapshotsWritten,
  WarningRaised,
} from '../core/event.ts';
import type { FaultWord } from '../core/fault.ts';
import type { Json } from '../core/json.ts';
import type { SourceLocation } from '../core/source-location.ts';
import type { ReportedKind } from '../core/step-kind.ts';

/** What a stream of events adds up to. Every report is rendered from this or from the events themselves. */
export interface Summary {
  /** Absent if the stream has no beginning. */
  readonly run?: RunSummary;
  /** In the order in which they were planned. */
  readonly scenarios: readonly ScenarioSummary[];
  readonly warnings: readonly Omit<WarningRaised, 'kind'>[];
  /** Files of snapshots that were written; absent if none was. */
  readonly snapshots?: readonly Omit<SnapshotsWritten, 'kind'>[];
  readonly totals: Totals;
  /** From the beginning of the run to its last event. */
  readonly durationMs: number;
  /** Absent if the run did not finish. */
  readonly exitStatus?: number;
  readonly interruptedBy?: string;
}

export type RunSummary = Omit<RunStarted, 'kind' | 'version'>;

/** `unfinished`: the stream ends before the scenario does. */
export type ScenarioOutcome = Outcome | 'unfinished';
export type StepOutcome = 'passed' | 'failed' | 'errored' | 'skipped' | 'unfinished';

export interface ScenarioSummary {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly tags: readonly string[];
  readonly matrix: Readonly<Record<string, Json>>;
  readonly plannedServices: number;
  readonly plannedSteps: number;
  readonly outcome: ScenarioOutcome;
  /** Why it was skipped or errored. */
  readonly reason?: string;
  /** Of all attempts together. */
  readonly durationMs: number;
  readonly attempts: readonly AttemptSummary[];
}

/** One run of a scenario in a sandbox of its own. */
export interface AttemptSummary {
  readonly attempt: number;
  readonly startedAtMs: number;
  readonly outcome: ScenarioOutcome;
  readonly reason?: string;
  readonly durationMs: number;
  /** Outside of any step. */
  readonly problems: readonly Problem[];
  readonly steps: readonly StepSummary[];
  readonly containers: readonly ContainerSummary[];
  readonly images: readonly ImageSummary[];
  readonly leaks: readonly Leak[];
  /** Absent if none was taken. */
  readonly census?: { readonly left: number; readonly durationMs: number };
}

export interface StepSummary {
  readonly path: string;
  readonly name: string;
  readonly stepKind: ReportedKind;
  readonly at?: SourceLocation;
  readonly in?: string;
  readonly outcome: StepOutcome;
  readonly reason?: string;
  readonly durationMs: number;
  readonly tries: number;
  readonly facts: Json;
  readonly problems: readonly Problem[];
  /** Of a step of kind `fault` that began. */
  readonly fault?: FaultSummary;
}

export interface FaultSummary {
  readonly kind: FaultWord;
  /** From the beginning of the run. */
  readonly beganAtMs: number;
  /** Absent if its end was not seen. */
  readonly ended?: { readonly lastedMs: number; readonly undone: boolean };
}

export interface ContainerSummary {
  readonly name: string;
  /** Of the latest start; absent if only its log was seen. */
  readonly id?: string;
  readonly image?: string;
  readonly networks: ContainerStarted['networks'];
  readonly ports: ContainerStarted['ports'];
  readonly starts: number;
  readonly startMs: number;
  readonly readyMs?: number;
  readonly ended?: {
    readonly code: number;
    readonly signal?: string;
    readonly oomKilled: boolean;
    readonly expected: boolean;
  };
  /** The last lines; `logLines` is how many there were. */
  readonly logTail: readonly { readonly stream: 'stdout' | 'stderr'; readonly line: string }[];
  readonly logLines: number;
}

export interface ImageSummary {
  readonly name: string;
  readonly id: string;
  /** Under which its registry has it. */
  readonly digest?: string;
  readonly sizeBytes: number;
  readonly durationMs: number;
}

/** Steps and containers count once: those of each scenario's last attempt. */
export interface Totals {
  readonly scenarios: number;
  readonly outcomes: Readonly<Record<ScenarioOutcome, number>>;
  readonly attempts: number;
  readonly steps: number;
  readonly stepOutcomes: Readonly<Record<StepOutcome, number>>;
  readonly containers: number;
  /** Of every attempt. */
  readonly leaks: number;
  readonly warnings: number;
}

/** The attempt whose outcome counts. */
export function lastAttempt(scenario: ScenarioSummary): AttemptSummary | undefined {
  return scenario.attempts.at(-1);
}

/** How much an attempt left behind; undefined if nobody looked. The census counts what it could not name, too. */
export function leftBehind(attempt: AttemptSummary): number | undefined {
  if (attempt.census === undefined && attempt.leaks.length === 0) return undefined;
  return Math.max(attempt.census?.left ?? 0, attempt.leaks.length);
}

/** The same of a scenario, all attempts together. Nobody having looked is not the same as nothing. */
export function leftBehindByAll(scenario: ScenarioSummary): number | 'not checked' | 'nothing ran' {
  const counts = scenario.attempts.map(leftBehind);
  const count = counts.reduce<number>((sum, left) => sum + (left ?? 0), 0);
  if (count > 0) return count;
  if (counts.length === 0 || scenario.outcome === 'skipped') return 'nothing ran';
  return counts.includes(undefined) ? 'not checked' : 0;
}

/** What its last attempt ran from. */
export function imagesOf(scenario: ScenarioSummary): readonly ImageSummary[] {
  return lastAttempt(scenario)?.images ?? [];
}
