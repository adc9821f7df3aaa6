import type { MayflyEvent, Outcome, ScenarioFinished, ScenarioPlanned } from '../core/event.ts';
import { ScenarioActivity } from './scenario-activity.ts';
import { renderScenarioName } from './scenario-name.ts';

/** What the live view shows: how many are done, which are running and with what. */
export class LiveState {
  readonly running = new Map<string, ScenarioActivity>();
  readonly finished = new Map<Outcome, number>();
  readonly #planned = new Map<string, ScenarioPlanned>();
  #done = 0;

  /** Scenarios neither finished nor running. */
  get waiting(): number {
    return Math.max(0, this.#planned.size - this.#done - this.running.size);
  }

  nameOf(scenario: string): string {
    const planned = this.#planned.get(scenario);
    return renderScenarioName(planned ?? { name: scenario, matrix: {} });
  }

  add(event: MayflyEvent): void {
    switch (event.kind) {
      case 'runStarted':
      case 'runFinished':
      case 'snapshotsWritten':
      case 'warningRaised':
        break;
      case 'scenarioPlanned':
        this.#planned.set(event.scenario, event);
        break;
      case 'scenarioStarted': {
        const steps = this.#planned.get(event.scenario)?.steps ?? 0;
        const activity = new ScenarioActivity(this.nameOf(event.scenario), steps, event.atMs, event.attempt);
        this.running.set(event.scenario, activity);
        break;
      }
      case 'scenarioFinished':
        this.#finish(event);
        break;
      default:
        this.running.get(event.scenario)?.add(event);
    }
  }

  #finish(event: ScenarioFinished): void {
    if (!event.final) return;
    this.running.delete(event.scenario);
    this.finished.set(event.outcome, (this.finished.get(event.outcome) ?? 0) + 1);
    this.#done += 1;
  }
}
