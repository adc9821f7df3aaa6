import type { Json } from '../../core/json.ts';

/** Everything a plan depends on beside the file itself; the same options give the same plan. */
export interface PlanOptions {
  readonly seed: number;
  /** `run.id` in expressions; made from the seed when absent, as for `mayfly plan`. */
  readonly runId?: string;
  /** Of the command line, `--var` over `--vars-file`; they win over the scenario's and the configuration's. */
  readonly vars: Readonly<Record<string, Json>>;
  /** The environment of the runner: for `${{ env.NAME }}` and for `secrets:`; no container inherits it. */
  readonly env: Readonly<Record<string, string>>;
  readonly defaults: PlanDefaults;
  /** Absolute: the folder of the scenario's file. */
  readonly scenarioDirectory: string;
  readonly allow: PlanAllowance;
  /** Of `--profile`: services with one of these run; `*` is all of them. */
  readonly profiles: readonly string[];
  /** For binds, env files and seccomp profiles; absolute paths. */
  readonly fileExists: (path: string) => boolean;
  readonly readText: (path: string) => string;
}

export interface PlanDefaults {
  /** Of a scenario as a whole. */
  readonly timeoutMs: number;
  readonly stepTimeoutMs: number;
  readonly readyWithinMs: number;
  readonly retries: number;
  /** Of the configuration file. */
  readonly vars: Readonly<Record<string, Json>>;
}

export const planDefaults: PlanDefaults = {
  timeoutMs: 120_000,
  stepTimeoutMs: 30_000,
  readyWithinMs: 30_000,
  retries: 0,
  vars: {},
};

/** What only the command line may grant, because a file can come from anyone. */
export interface PlanAllowance {
  readonly privileged: boolean;
  /** Absolute; files and folders below them may be bound although they lie outside the scenario's folder. */
  readonly hostPaths: readonly string[];
  /** Ports may be published on addresses other than loopback. */
  readonly publish: boolean;
}

export const allowNothing: PlanAllowance = { privileged: false, hostPaths: [], publish: false };
