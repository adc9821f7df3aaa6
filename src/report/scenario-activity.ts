import type { MayflyEvent } from '../core/event.ts';
import { renderPrintableLine } from './printable.ts';

/** What a running scenario is doing right now, in a few words: a fold for the live view. */
export class ScenarioActivity {
  readonly name: string;
  readonly startedAtMs: number;
  readonly attempt: number;
  readonly #plannedSteps: number;
  /** The last line of each image that is being made ready. */
  readonly #images = new Map<string, string>();
  readonly #notReady = new Set<string>();
  /** Those under way, by path; the innermost or latest is last. */
  readonly #steps = new Map<string, string>();
  #finishedSteps = 0;
  #phase: 'preparing' | 'stepping' | 'ending' = 'preparing';

  constructor(name: string, plannedSteps: number, startedAtMs: number, attempt: number) {
    this.name = name;
    this.#plannedSteps = plannedSteps;
    this.startedAtMs = startedAtMs;
    this.attempt = attempt;
  }

  add(event: MayflyEvent): void {
    switch (event.kind) {
      case 'imageProgress':
        this.#images.set(event.image, event.line);
        break;
      case 'imagePrepared':
        this.#images.delete(event.image);
        break;
      case 'containerStarted':
        this.#notReady.add(event.container);
        break;
      case 'containerReady':
      case 'containerEnded':
        this.#notReady.delete(event.container);
        break;
      case 'stepStarted':
        this.#phase = 'stepping';
        this.#steps.set(event.step, event.name);
        break;
      case 'stepFinished':
        this.#steps.delete(event.step);
        if (isTopLevel(event.step)) this.#finishedSteps += 1;
        if (this.#finishedSteps >= this.#plannedSteps) this.#phase = 'ending';
        break;
      default: // nothing that one waits for
    }
  }

  /** One printable line. */
  get text(): string {
    const step = [...this.#steps].at(-1);
    if (step !== undefined) return renderPrintableLine(`${this.#position(step[0])}${step[1]}`);
    if (this.#phase === 'ending') return 'tearing down';
    const image = [...this.#images].at(-1);
    if (image !== undefined) return renderPrintableLine(`image ${image[0]}: ${image[1]}`);
    if (this.#phase === 'stepping') return 'between steps';
    if (this.#notReady.size > 0) return renderPrintableLine(`waiting for ${[...this.#notReady].join(', ')}`);
    return 'starting';
  }

  #position(path: string): string {
    if (path.startsWith('/finally/')) return 'finally · ';
    const index = /^\/steps\/(\d+)/.exec(path)?.[1];
    return index === undefined ? '' : `step ${Number(index) + 1}/${this.#plannedSteps} · `;
  }
}

/** Of the scenario itself or of `finally`, or a case; not of a step that holds others. */
function isTopLevel(path: string): boolean {
  return /^\/(?:setup|steps|cases|finally)\/\d+(?:\[\d+\])?$/.test(path);
}
