import { readFileSync } from 'node:fs';

/** A line of an NDJSON report, as far as rows read it. */
export interface Timed {
  readonly kind: string;
  readonly atMs: number;
}

export function readEvents(file: string): readonly Timed[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Timed);
}

/** Of everything that went wrong. */
export function readProblemCodes(file: string): readonly string[] {
  const events = readEvents(file) as readonly (Timed & { readonly problems?: readonly { code: string }[] })[];
  return events.flatMap(({ problems = [] }) => problems.map(({ code }) => code));
}

/** From the start of the scenario, planned by then, to the last service that is ready: images and sandbox are between them. */
export function planToReadyMs(events: readonly Timed[]): number {
  return spanMs(events, 'scenarioStarted', 'containerReady').tookMs;
}

/** From the start of the first step to the end of the last, divided by their number. */
export function msPerStep(events: readonly Timed[]): number {
  const { tookMs, count } = spanMs(events, 'stepStarted', 'stepFinished');
  return tookMs / count;
}

function spanMs(events: readonly Timed[], from: string, to: string) {
  const first = events.find(({ kind }) => kind === from);
  const ends = events.filter(({ kind }) => kind === to);
  const last = ends.at(-1);
  if (first === undefined || last === undefined) throw new Error(`no ${from} or no ${to} among the events`);
  return { tookMs: last.atMs - first.atMs, count: ends.length };
}
