import type { Leak } from '../core/engine.ts';
import type { MayflyEvent, Problem } from '../core/event.ts';
import { ContainerFold } from './container-fold.ts';
import type { AttemptSummary, FaultSummary, ImageSummary, ScenarioOutcome, StepSummary } from './summary.ts';

/** The events of one attempt, added up. */
export class AttemptFold {
  readonly attempt: number;
  readonly #startedAtMs: number;
  #finished: { outcome: ScenarioOutcome; durationMs: number; reason?: string } | undefined;
  #lastMs: number;
  #problems: readonly Problem[] = [];
  readonly #steps: StepSummary[] = [];
  readonly #containers = new Map<string, ContainerFold>();
  readonly #images = new Map<string, ImageSummary>();
  readonly #leaks: Leak[] = [];
  #census: { left: number; durationMs: number } | undefined;

  constructor(attempt: number, startedAtMs: number) {
    this.attempt = attempt;
    this.#startedAtMs = startedAtMs;
    this.#lastMs = startedAtMs;
  }

  add(event: MayflyEvent): void {
    this.#lastMs = Math.max(this.#lastMs, event.atMs);
    switch (event.kind) {
      case 'scenarioFinished':
        this.#finished = {
          outcome: event.outcome,
          durationMs: event.durationMs,
          ...(event.reason === undefined ? {} : { reason: event.reason }),
        };
        this.#problems = event.problems;
        break;
      case 'imagePrepared':
        this.#images.set(event.image, {
          name: event.image,
          id: event.id,
          ...(event.digest === undefined ? {} : { digest: event.digest }),
          sizeBytes: event.sizeBytes,
          durationMs: event.durationMs,
        });
        break;
      case 'containerStarted':
      case 'containerReady':
      case 'containerEnded':
      case 'logWritten':
        this.#container(event.container).add(event);
        break;
      case 'stepStarted':
        this.#steps.push(startedStep(event));
        break;
      case 'stepFinished':
        this.#finishStep(event);
        break;
      case 'faultBegan':
      case 'faultEnded':
        this.#addFault(event);
        break;
      case 'leakFound':
        this.#leaks.push(event.leak);
        break;
      case 'censusTaken':
        this.#census = { left: event.left, durationMs: event.durationMs };
        break;
      default: // what concerns the run or the scenario as a whole
    }
  }

  get summary(): AttemptSummary {
    const finished = this.#finished;
    return {
      attempt: this.attempt,
      startedAtMs: this.#startedAtMs,
      outcome: finished?.outcome ?? 'unfinished',
      ...(finished?.reason === undefined ? {} : { reason: finished.reason }),
      durationMs: finished?.durationMs ?? this.#lastMs - this.#startedAtMs,
      problems: withoutStepProblems(this.#problems, this.#steps),
      steps: [...this.#steps],
      containers: [...this.#containers.values()].map((container) => container.summary),
      images: [...this.#images.values()],
      leaks: [...this.#leaks],
      ...(this.#census === undefined ? {} : { census: this.#census }),
    };
  }

  #container(name: string): ContainerFold {
    const known = this.#containers.get(name);
    if (known !== undefined) return known;
    const container = new ContainerFold(name);
    this.#containers.set(name, container);
    return container;
  }

  #addFault(event: MayflyEvent & { readonly kind: 'faultBegan' | 'faultEnded' }): void {
    const index = this.#steps.findLastIndex(({ path }) => path === event.step);
    const step = this.#steps[index];
    if (step === undefined) return;
    this.#steps[index] = { ...step, fault: faultOf(event, step.fault) };
  }

  #finishStep(event: MayflyEvent & { readonly kind: 'stepFinished' }): void {
    const index = this.#steps.findLastIndex(
      (step) => step.path === event.step && step.outcome === 'unfinished',
    );
    const started = this.#steps[index];
    const step = finishedStep(event, started);
    if (started === undefined) this.#steps.push(step);
    else this.#steps[index] = step;
  }
}

function startedStep(event: MayflyEvent & { readonly kind: 'stepStarted' }): StepSummary {
  return {
    path: event.step,
    name: event.name,
    stepKind: event.stepKind,
    at: event.at,
    ...(event.in === undefined ? {} : { in: event.in }),
    outcome: 'unfinished',
    durationMs: 0,
    tries: 0,
    facts: null,
    problems: [],
  };
}

function faultOf(
  event: MayflyEvent & { readonly kind: 'faultBegan' | 'faultEnded' },
  begun: FaultSummary | undefined,
): FaultSummary {
  if (event.kind === 'faultBegan') return { kind: event.fault, beganAtMs: event.atMs };
  const { fault: kind, lastedMs, undone } = event;
  return { kind, beganAtMs: begun?.beganAtMs ?? event.atMs - lastedMs, ended: { lastedMs, undone } };
}

function finishedStep(
  event: MayflyEvent & { readonly kind: 'stepFinished' },
  started: StepSummary | undefined,
): StepSummary {
  return {
    ...started,
    path: event.step,
    name: event.name,
    stepKind: event.stepKind,
    outcome: event.outcome,
    ...(event.reason === undefined ? {} : { reason: event.reason }),
    durationMs: event.durationMs,
    tries: event.tries,
    facts: event.facts,
    problems: event.problems,
  };
}

/** A scenario's problems may repeat its steps'; each is reported once, where it belongs. */
function withoutStepProblems(
  problems: readonly Problem[],
  steps: readonly StepSummary[],
): readonly Problem[] {
  const told = new Set(steps.flatMap((step) => step.problems.map(identity)));
  return problems.filter((problem) => !told.has(identity(problem)));
}

function identity(problem: Problem): string {
  return JSON.stringify([problem.code, problem.message, problem.at, problem.subject]);
}
