import type { MayflyEvent, ScenarioPlanned } from '../core/event.ts';
import { AttemptFold } from './attempt-fold.ts';
import type { ScenarioOutcome, ScenarioSummary } from './summary.ts';

/** The events of one scenario, sorted into its attempts. */
export class ScenarioFold {
  readonly #id: string;
  #planned: ScenarioPlanned | undefined;
  #outcome: ScenarioOutcome = 'unfinished';
  #reason: string | undefined;
  readonly #attempts: AttemptFold[] = [];

  constructor(id: string) {
    this.#id = id;
  }

  add(event: MayflyEvent): void {
    if (event.kind === 'scenarioPlanned') {
      this.#planned = event;
      return;
    }
    // A skipped scenario finishes without having started: it has no attempt.
    const hasAttempt = event.kind !== 'scenarioFinished' || event.outcome !== 'skipped';
    if (hasAttempt || this.#attempts.length > 0) this.#attemptOf(event).add(event);
    if (event.kind === 'scenarioFinished' && event.final) {
      this.#outcome = event.outcome;
      this.#reason = event.reason;
    }
  }

  get summary(): ScenarioSummary {
    const attempts = this.#attempts.map((attempt) => attempt.summary);
    const planned = this.#planned;
    return {
      id: this.#id,
      name: planned?.name ?? this.#id,
      description: planned?.description ?? '',
      file: planned?.file ?? '',
      tags: planned?.tags ?? [],
      matrix: planned?.matrix ?? {},
      plannedServices: planned?.services ?? 0,
      plannedSteps: planned?.steps ?? 0,
      outcome: this.#outcome,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      durationMs: attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0),
      attempts,
    };
  }

  /** By its number where the event has one; else the one that is going on. */
  #attemptOf(event: MayflyEvent): AttemptFold {
    const number = 'attempt' in event ? event.attempt : this.#attempts.at(-1)?.attempt;
    const known = this.#attempts.find((attempt) => attempt.attempt === number);
    if (known !== undefined) return known;
    const attempt = new AttemptFold(number ?? 1, event.atMs);
    this.#attempts.push(attempt);
    return attempt;
  }
}
