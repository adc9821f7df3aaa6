import type { Json, JsonObject } from './json.ts';
import type { SourceLocation } from './source-location.ts';
import type { StepKind } from './step-kind.ts';

/**
 * One YAML document after validation against the schema: names checked, units still as written, expressions of
 * `vars`, `matrix`, `env` and `secrets` not yet resolved (planning does that, per matrix combination).
 */
export interface Scenario {
  readonly file: string;
  /** Which YAML document of the file, from 0. */
  readonly documentIndex: number;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** The validated document, as JSON. */
  readonly document: JsonObject;
  /** The place of every value of `document`, by JSON pointer (`/steps/0/run`); of its key where it has one. */
  readonly locate: (pointer: string) => SourceLocation;
  /** The text of a line (from 1), for carets; of `file`, unless it came from another by `include` or `extends`. */
  readonly sourceLine: (line: number, file?: string) => string;
  /** Warnings found on the way (SCENARIO_UNUSED …). */
  readonly warnings: readonly import('./mayfly-error.ts').MayflyError[];
}

/**
 * A step with its static expressions resolved. `value`, `expect`, `environment`, `stdin`, `workdir` and `user` are still
 * templates: they may hold `${{ steps.… }}` and `${{ services.… }}`, and the runner interpolates them right before the step.
 */
export interface Step {
  readonly kind: StepKind;
  readonly id?: string;
  /** `name`, or a short rendering of the step. Unique with `path`. */
  readonly name: string;
  readonly at: SourceLocation;
  /** JSON pointer in the document, stable across runs: `/steps/3`. */
  readonly path: string;
  readonly value: Json;
  /** A service's name, `name[2]` of a scaled one; undefined: no service. */
  readonly in?: string;
  /** For a `run` without `in`: of the one-shot container; for `image`: what is looked at. */
  readonly image?: string;
  readonly networks?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly shell?: readonly string[];
  readonly stdin?: string;
  readonly tty: boolean;
  readonly timeoutMs: number;
  /** An expression without braces. */
  readonly if?: string;
  readonly background: boolean;
  readonly expect?: JsonObject;
  readonly capture: Readonly<Record<string, CaptureSpec>>;
  readonly eventually?: { readonly withinMs: number; readonly everyMs: number };
  readonly consistently?: { readonly forMs: number; readonly everyMs: number };
  /** A path below `--output`. */
  readonly save?: string;
  /** The steps that it holds: of `parallel`, `use` and `fault` (its `during`). */
  readonly steps?: readonly Step[];
  /** Of `use`: the fragment's inputs, templates too. */
  readonly with?: JsonObject;
  /** While it runs, of a step of a fragment: the `path` of the `use`, which its ids belong to, and the inputs there. */
  readonly fragment?: string;
  readonly inputs?: JsonObject;
}

export interface CaptureSpec {
  readonly from: 'stdout' | 'stderr' | 'output' | 'body' | 'headers' | 'status' | 'exit';
  readonly json?: string;
  readonly regex?: string;
  readonly line?: number;
  /** For `headers`: which one. */
  readonly header?: string;
}
