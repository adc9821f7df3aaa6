import type { Leak } from './engine.ts';
import type { FaultWord } from './fault.ts';
import type { Json } from './json.ts';
import type { Shard } from './plan.ts';
import type { SourceLocation } from './source-location.ts';
import type { ReportedKind } from './step-kind.ts';

/** The version of the event stream; it changes when a field changes its meaning or goes. */
export const eventVersion = 1;

/** language.md R29. */
export type Outcome = 'passed' | 'failed' | 'errored' | 'flaky' | 'skipped' | 'leaked';

/**
 * The facts of a run, in order. Reports are folds over these and know nothing else. Every event carries
 * `atMs`, milliseconds since the run began; secrets are masked before an event is made.
 */
export type MayflyEvent = { readonly atMs: number } & (
  | RunStarted
  | RunFinished
  | ScenarioPlanned
  | ScenarioStarted
  | ScenarioFinished
  | ImageProgress
  | ImagePrepared
  | ContainerStarted
  | ContainerReady
  | ContainerEnded
  | LogWritten
  | StepStarted
  | StepFinished
  | FaultBegan
  | FaultEnded
  | LeakFound
  | CensusTaken
  | SnapshotsWritten
  | WarningRaised
);

export interface RunStarted {
  readonly kind: 'runStarted';
  readonly version: typeof eventVersion;
  readonly mayflyVersion: string;
  readonly runId: string;
  readonly seed: number;
  /** Of a run that is shared among machines. */
  readonly shard?: Shard;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly host: {
    readonly platform: string;
    readonly kernel: string;
    readonly user: string;
    readonly node: string;
  };
}

export interface RunFinished {
  readonly kind: 'runFinished';
  readonly exitStatus: number;
  readonly interruptedBy?: string;
}

interface OfScenario {
  /** `ScenarioPlan.id`. */
  readonly scenario: string;
}

export interface ScenarioPlanned extends OfScenario {
  readonly kind: 'scenarioPlanned';
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly tags: readonly string[];
  readonly matrix: Readonly<Record<string, Json>>;
  readonly services: number;
  /** With those of `finally`; a case counts as one. */
  readonly steps: number;
}

export interface ScenarioStarted extends OfScenario {
  readonly kind: 'scenarioStarted';
  /** From 1; more than 1 is a retry. */
  readonly attempt: number;
}

export interface ScenarioFinished extends OfScenario {
  readonly kind: 'scenarioFinished';
  readonly attempt: number;
  /** Of this attempt; `flaky` is a pass after a failed attempt. */
  readonly outcome: Outcome;
  /** The last attempt: no retry follows. */
  readonly final: boolean;
  readonly durationMs: number;
  /** Why: of skipped, or an error outside of any step. */
  readonly reason?: string;
  readonly problems: readonly Problem[];
}

export interface ImageProgress extends OfScenario {
  readonly kind: 'imageProgress';
  readonly image: string;
  readonly line: string;
}

export interface ImagePrepared extends OfScenario {
  readonly kind: 'imagePrepared';
  readonly image: string;
  readonly id: string;
  /** Under which its registry has it. */
  readonly digest?: string;
  readonly sizeBytes: number;
  readonly durationMs: number;
}

interface OfContainer extends OfScenario {
  /** The service's name, or a one-shot's. */
  readonly container: string;
}

export interface ContainerStarted extends OfContainer {
  readonly kind: 'containerStarted';
  readonly id: string;
  readonly image: string;
  readonly networks: readonly { readonly network: string; readonly ipv4?: string; readonly ipv6?: string }[];
  readonly ports: readonly {
    readonly hostAddress: string;
    readonly hostPort: number;
    readonly containerPort: number;
    readonly protocol: string;
  }[];
  readonly durationMs: number;
}

export interface ContainerReady extends OfContainer {
  readonly kind: 'containerReady';
  readonly durationMs: number;
}

export interface ContainerEnded extends OfContainer {
  readonly kind: 'containerEnded';
  readonly code: number;
  readonly signal?: string;
  readonly oomKilled: boolean;
  /** Ended at teardown or by a step, not by itself. */
  readonly expected: boolean;
  /** `restart` starts it again. */
  readonly restarting?: boolean;
}

export interface LogWritten extends OfContainer {
  readonly kind: 'logWritten';
  readonly stream: 'stdout' | 'stderr';
  /** One line without its newline. */
  readonly line: string;
}

interface OfStep extends OfScenario {
  readonly attempt: number;
  /** `Step.path`: `/steps/3`, `/finally/0`; of a case `CasePlan.path`, with which its steps' paths begin. */
  readonly step: string;
}

export interface StepStarted extends OfStep {
  readonly kind: 'stepStarted';
  readonly name: string;
  readonly stepKind: ReportedKind;
  readonly at: SourceLocation;
  readonly in?: string;
}

export interface StepFinished extends OfStep {
  readonly kind: 'stepFinished';
  readonly name: string;
  readonly stepKind: ReportedKind;
  readonly outcome: 'passed' | 'failed' | 'errored' | 'skipped';
  readonly reason?: string;
  readonly durationMs: number;
  /** How often it was tried (`eventually`). */
  readonly tries: number;
  /** What was seen: exit status, output …, already cut to what `keepBytes` allows, and saying so. */
  readonly facts: Json;
  readonly problems: readonly Problem[];
}

interface OfFault extends OfStep {
  readonly fault: FaultWord;
  /** Of the step. */
  readonly name: string;
}

/** From here on it is in effect. */
export interface FaultBegan extends OfFault {
  readonly kind: 'faultBegan';
}

export interface FaultEnded extends OfFault {
  readonly kind: 'faultEnded';
  readonly lastedMs: number;
  /** False: undoing it failed, and the step has a problem that says why. */
  readonly undone: boolean;
}

/** One thing that is wrong, ready to be shown: an expectation that did not hold, a service that died, an error. */
export interface Problem {
  /** An `ErrorCode`. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  readonly hint?: string;
  readonly at?: SourceLocation;
  readonly sourceLine?: string;
  /** Where in the facts: `stdout`, `body.items[0]`. */
  readonly subject?: string;
  /** For a person, already rendered. */
  readonly expected?: string;
  readonly actual?: string;
  /** Unified-diff lines with ` `, `-` (expected), `+` (actual) in front. */
  readonly diff?: readonly string[];
  /** Last lines of every service's log, when it may help. */
  readonly logs?: Readonly<Record<string, readonly string[]>>;
}

export interface LeakFound extends OfScenario {
  readonly kind: 'leakFound';
  readonly leak: Leak;
}

/** The proof of teardown: what was looked for, and how much was left. */
export interface CensusTaken extends OfScenario {
  readonly kind: 'censusTaken';
  readonly left: number;
  readonly durationMs: number;
}

/** A file of snapshots was written (language.md R22). */
export interface SnapshotsWritten {
  readonly kind: 'snapshotsWritten';
  readonly path: string;
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
}

export interface WarningRaised {
  readonly kind: 'warningRaised';
  readonly scenario?: string;
  readonly code: string;
  readonly message: string;
  readonly at?: SourceLocation;
}
