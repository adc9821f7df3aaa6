import type { MayflyEvent, SnapshotsWritten, WarningRaised } from '../core/event.ts';
import { ScenarioFold } from './scenario-fold.ts';
import type {
  RunSummary,
  ScenarioOutcome,
  ScenarioSummary,
  StepOutcome,
  Summary,
  Totals,
} from './summary.ts';
import { lastAttempt, leftBehind } from './summary.ts';

/** A whole stream at once. */
export function summarize(events: Iterable<MayflyEvent>): Summary {
  const fold = new SummaryFold();
  for (const event of events) fold.add(event);
  return fold.summary;
}

/** The fold every report is made from: add events as they come, read the summary when it is wanted. */
export class SummaryFold {
  #run: RunSummary | undefined;
  readonly #scenarios = new Map<string, ScenarioFold>();
  readonly #warnings: Omit<WarningRaised, 'kind'>[] = [];
  readonly #snapshots: Omit<SnapshotsWritten, 'kind'>[] = [];
  #lastMs = 0;
  #finished: { exitStatus: number; interruptedBy?: string } | undefined;

  add(event: MayflyEvent): void {
    this.#lastMs = Math.max(this.#lastMs, event.atMs);
    switch (event.kind) {
      case 'runStarted': {
        const { kind: _kind, version: _version, atMs: _atMs, ...run } = event;
        this.#run = run;
        break;
      }
      case 'runFinished':
        this.#finished = {
          exitStatus: event.exitStatus,
          ...(event.interruptedBy === undefined ? {} : { interruptedBy: event.interruptedBy }),
        };
        break;
      case 'snapshotsWritten': {
        const { kind: _kind, atMs: _atMs, ...written } = event;
        this.#snapshots.push(written);
        break;
      }
      case 'warningRaised': {
        const { kind: _kind, atMs: _atMs, ...warning } = event;
        this.#warnings.push(warning);
        break;
      }
      default:
        this.#scenario(event.scenario).add(event);
    }
  }

  get summary(): Summary {
    const scenarios = [...this.#scenarios.values()].map((scenario) => scenario.summary);
    return {
      ...(this.#run === undefined ? {} : { run: this.#run }),
      scenarios,
      warnings: [...this.#warnings],
      ...(this.#snapshots.length === 0 ? {} : { snapshots: [...this.#snapshots] }),
      totals: addUp(scenarios, this.#warnings.length),
      durationMs: this.#lastMs,
      ...this.#finished,
    };
  }

  #scenario(id: string): ScenarioFold {
    const known = this.#scenarios.get(id);
    if (known !== undefined) return known;
    const scenario = new ScenarioFold(id);
    this.#scenarios.set(id, scenario);
    return scenario;
  }
}

function addUp(scenarios: readonly ScenarioSummary[], warnings: number): Totals {
  const outcomes: Record<ScenarioOutcome, number> = {
    passed: 0,
    failed: 0,
    errored: 0,
    flaky: 0,
    skipped: 0,
    leaked: 0,
    unfinished: 0,
  };
  const stepOutcomes: Record<StepOutcome, number> = {
    passed: 0,
    failed: 0,
    errored: 0,
    skipped: 0,
    unfinished: 0,
  };
  const sums = { attempts: 0, steps: 0, containers: 0, leaks: 0 };
  for (const scenario of scenarios) {
    outcomes[scenario.outcome] += 1;
    sums.attempts += scenario.attempts.length;
    for (const attempt of scenario.attempts) sums.leaks += leftBehind(attempt) ?? 0;
    const last = lastAttempt(scenario);
    sums.containers += last?.containers.length ?? 0;
    for (const step of last?.steps ?? []) {
      sums.steps += 1;
      stepOutcomes[step.outcome] += 1;
    }
  }
  return { scenarios: scenarios.length, outcomes, stepOutcomes, warnings, ...sums };
}
