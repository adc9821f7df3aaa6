import type { Clock } from '../../core/clock.ts';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import type { MayflyEvent, Problem } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import type { SourceLocation } from '../../core/source-location.ts';
import type { Masker } from '../mask/create-masker.ts';
import { shorten } from '../mask/shorten.ts';

type OfScenario = Extract<MayflyEvent, { readonly scenario: string }>;
type WithoutEnvelope<E> = E extends OfScenario ? Omit<E, 'atMs' | 'scenario'> : never;

/** An event of a scenario as its places of origin write it. */
export type ScenarioEvent = WithoutEnvelope<OfScenario>;

/** Gives the events of one scenario their time and name, and masks what they say (language.md R8). */
export class ScenarioEmitter {
  readonly masker: Masker;
  readonly #scenario: string;
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #emit: (event: MayflyEvent) => void;

  constructor(
    scenario: string,
    masker: Masker,
    clock: Clock,
    startedAtMs: number,
    emit: (event: MayflyEvent) => void,
  ) {
    this.#scenario = scenario;
    this.masker = masker;
    this.#clock = clock;
    this.#startedAtMs = startedAtMs;
    this.#emit = emit;
  }

  emit(event: ScenarioEvent): void {
    const masked = maskEvent(event, this.masker);
    this.#emit({ ...masked, scenario: this.#scenario, atMs: this.#clock.nowMs() - this.#startedAtMs });
  }

  /** Masked already, by its stream. */
  emitLogLine(container: string, stream: 'stdout' | 'stderr', line: string): void {
    const atMs = this.#clock.nowMs() - this.#startedAtMs;
    this.#emit({ kind: 'logWritten', scenario: this.#scenario, atMs, container, stream, line });
  }

  warn(code: ErrorCode, message: string, at?: SourceLocation): void {
    const atMs = this.#clock.nowMs() - this.#startedAtMs;
    const warning = {
      kind: 'warningRaised',
      scenario: this.#scenario,
      atMs,
      code,
      message: this.masker.text(message),
    } as const;
    this.#emit(at === undefined ? warning : { ...warning, at });
  }
}

/** Free text only: names and places are of the file itself, and reports tie events together by them. */
function maskEvent(event: ScenarioEvent, masker: Masker): ScenarioEvent {
  switch (event.kind) {
    case 'scenarioPlanned':
      return { ...event, matrix: maskRecord(event.matrix, masker) };
    case 'imageProgress':
    case 'logWritten':
      return { ...event, line: masker.text(event.line) };
    case 'stepStarted':
    case 'faultBegan':
    case 'faultEnded':
      return { ...event, name: masker.text(event.name) };
    case 'stepFinished':
      return {
        ...event,
        name: masker.text(event.name),
        facts: masker.json(event.facts),
        problems: event.problems.map((problem) => maskProblem(problem, masker)),
        ...maskReason(event.reason, masker),
      };
    case 'scenarioFinished':
      return {
        ...event,
        problems: event.problems.map((problem) => maskProblem(problem, masker)),
        ...maskReason(event.reason, masker),
      };
    default:
      return event;
  }
}

function maskRecord(record: Readonly<Record<string, Json>>, masker: Masker): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, masker.json(value)]));
}

function maskReason(reason: string | undefined, masker: Masker): { readonly reason?: string } {
  return reason === undefined ? {} : { reason: masker.text(reason) };
}

/** A message may hold values, and the last words of a process. */
const maxMessageLength = 4_000;

function maskProblem(problem: Problem, masker: Masker): Problem {
  const text = (key: 'hint' | 'subject' | 'expected' | 'actual'): Partial<Problem> => {
    const value = problem[key];
    return value === undefined ? {} : { [key]: shorten(masker.text(value)) };
  };
  return {
    ...problem,
    message: shorten(masker.text(problem.message), maxMessageLength),
    ...text('hint'),
    ...(problem.sourceLine === undefined ? {} : { sourceLine: masker.text(problem.sourceLine) }),
    ...text('subject'),
    ...text('expected'),
    ...text('actual'),
    ...(problem.diff === undefined ? {} : { diff: problem.diff.map((line) => shorten(masker.text(line))) }),
    ...(problem.logs === undefined ? {} : { logs: maskLogs(problem.logs, masker) }),
  };
}

function maskLogs(logs: NonNullable<Problem['logs']>, masker: Masker): NonNullable<Problem['logs']> {
  return Object.fromEntries(
    Object.entries(logs).map(([name, lines]) => [name, lines.map((line) => masker.text(line))]),
  );
}
