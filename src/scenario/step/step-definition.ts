import type { Clock } from '../../core/clock.ts';
import type { NetworkSpec, ProcessSpec } from '../../core/container.ts';
import type { Container } from '../../core/engine.ts';
import type { FaultSpec } from '../../core/fault.ts';
import type { Image } from '../../core/image.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Step } from '../../core/scenario.ts';
import type { StepKind } from '../../core/step-kind.ts';
import type { CaptureFacts } from '../capture/extract-capture.ts';
import type { RunLimits } from '../run/run-limits.ts';
import type { RunningService } from '../run/running-service.ts';
import type { Snapshots } from '../snapshot/snapshots.ts';
import type { FactShape, Facts, Finding } from './expectations.ts';

/** What a step may see and use of its scenario. */
export interface StepWorld {
  readonly clock: Clock;
  readonly limits: RunLimits;
  /** Absolute: the folder of the scenario's file. */
  readonly directory: string;
  /** Absolute: from below these, too, `copy` may read. */
  readonly allowedHostPaths: readonly string[];
  readonly services: readonly RunningService[];
  /** As declared. */
  readonly networks: readonly NetworkSpec[];
  /** Those of the engine that last now. */
  readonly faults: ReadonlySet<FaultSpec>;
  /** By name, `web[2]` for a scaled one. @throws MayflyError when it is not there. */
  service(name: string): RunningService;
  /** One that the scenario uses, by its name there. @throws MayflyError when it is none of them. */
  image(name: string): Image;
  /** Where a service's log stood at `start`, at the beginning of this step (`step`), or of an earlier one by its id. */
  logMark(service: RunningService, since: string, step: Step): number;
  /** A container for one command, removed when disposed (language.md R18). */
  openOneShot(
    step: Step,
    planProcess: (shell: readonly string[]) => readonly string[],
    signal: AbortSignal,
  ): Promise<OneShot>;
  /** A second container of a service's plan in which nothing runs, removed when disposed. */
  openTwin(service: RunningService, signal: AbortSignal): Promise<OpenedTwin>;
  /** Resolves when a background step has ended; rejects when it has not passed. `waiting`: the step that names it. */
  backgroundEnd(stepId: string, waiting: Step, signal: AbortSignal): Promise<void>;
  /** Where a step's snapshots are kept; undefined: nowhere. */
  snapshotsOf(step: Step): Snapshots | undefined;
  /** Keeps a file below `--output`; undefined without it. */
  readonly saveEvidence: ((path: string, bytes: Uint8Array) => Promise<void>) | undefined;
}

export interface OneShot extends AsyncDisposable {
  readonly container: Container;
  readonly process: ProcessSpec;
}

export interface OpenedTwin extends AsyncDisposable {
  readonly container: Container;
}

/** What performing a step brought: facts to judge, and what other modifiers take from it. */
export interface Performed {
  readonly facts: Facts;
  /** Of expectations inside the value (`files`, `logs`). */
  readonly findings?: readonly Finding[];
  /** Instead of all judgement, unless `expect` speaks of `unless`: the facts to judge never came to be. */
  readonly blocked?: { readonly unless: string; readonly finding: Finding };
  /** Of a process: which limit it ran into (` (out of memory)`, mostly nothing) and what it wrote, which tell why it ended as it did. */
  readonly end?: { readonly limitHit: string; readonly stdout: string; readonly stderr: string };
  readonly captures?: CaptureFacts;
  /** What `save` writes. */
  readonly evidence?: Uint8Array;
}

export interface StepDefinition extends FactShape {
  readonly kind: StepKind;
  /** It ends by itself when the step's time is over, and can say what was missing. */
  readonly keepsTime: boolean;
  /** What is expected beside what `expect` says (language.md R3). */
  defaultExpect(expect: JsonObject): JsonObject;
  /** Reads the value once; the result performs as often as needed (`eventually`). */
  prepare(value: Json, step: Step, world: StepWorld): Promise<(signal: AbortSignal) => Promise<Performed>>;
}

/** A kind of step as its file writes it: `normalize` gives the value its type, `perform` acts. */
export interface StepKindParts<V> {
  readonly kind: StepKind;
  readonly keepsTime?: boolean;
  readonly factUnits?: FactShape['factUnits'];
  readonly factsByName?: readonly string[];
  readonly defaultExpect?: (expect: JsonObject) => JsonObject;
  normalize(value: Json, step: Step, world: StepWorld): V | Promise<V>;
  perform(value: V, step: Step, world: StepWorld, signal: AbortSignal): Promise<Performed>;
}

export function defineStep<V>(parts: StepKindParts<V>): StepDefinition {
  return {
    kind: parts.kind,
    keepsTime: parts.keepsTime ?? false,
    factUnits: parts.factUnits ?? {},
    factsByName: parts.factsByName ?? [],
    defaultExpect: parts.defaultExpect ?? (() => ({})),
    async prepare(value, step, world) {
      const normal = await parts.normalize(value, step, world);
      return (signal) => parts.perform(normal, step, world, signal);
    },
  };
}
