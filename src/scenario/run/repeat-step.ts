import { MayflyError } from '../../core/mayfly-error.ts';
import { renderDuration } from '../../core/units.ts';
import { openDeadline } from './deadline.ts';
import { statusOfProblem } from './problem.ts';
import { type PreparedStep, type Trial, tryStep } from './try-step.ts';
import type { World } from './world.ts';

export interface Repeated {
  readonly trial: Trial;
  readonly tries: number;
}

/** Errors that time may mend: a container that is being restarted, a file not written yet. */
const passing: ReadonlySet<string> = new Set(['CONTAINER_STATE', 'PATH_NOT_FOUND']);

/** Performs a step once, or as its modifiers say (language.md R20). */
export async function repeatStep(
  prepared: PreparedStep,
  world: World,
  signal: AbortSignal,
): Promise<Repeated> {
  const { eventually, consistently } = prepared.step;
  if (consistently !== undefined) return holdConsistently(prepared, consistently, world, signal);
  if (eventually !== undefined) return holdEventually(prepared, eventually, world, signal);
  return { trial: await tryStep(prepared, prepared.step.timeoutMs, world, signal), tries: 1 };
}

type Eventually = NonNullable<PreparedStep['step']['eventually']>;
type Consistently = NonNullable<PreparedStep['step']['consistently']>;

async function holdEventually(
  prepared: PreparedStep,
  { withinMs, everyMs }: Eventually,
  world: World,
  signal: AbortSignal,
): Promise<Repeated> {
  const { clock } = world;
  const expired = new MayflyError('TIMEOUT', `did not hold within ${renderDuration(withinMs)}`);
  using deadline = openDeadline(clock, withinMs, signal, () => expired);
  let last: Trial | undefined;
  let tries = 0;
  try {
    for (;;) {
      tries += 1;
      last = await tryStep(prepared, prepared.step.timeoutMs, world, deadline.signal);
      if (last.problems.length === 0 || isFinal(last)) return { trial: last, tries };
      await clock.sleep(everyMs, deadline.signal);
    }
  } catch (error) {
    if (!deadline.expired) throw error;
    return { trial: neverHeld(last, prepared, withinMs, tries), tries };
  }
}

/** More tries cannot help: the input or the harness is to blame. */
function isFinal({ problems }: Trial): boolean {
  return problems.some((problem) => statusOfProblem(problem) > 1 && !passing.has(problem.code));
}

function neverHeld(last: Trial | undefined, { place }: PreparedStep, withinMs: number, tries: number): Trial {
  const note = ` (did not hold within ${renderDuration(withinMs)}, ${tries} ${tries === 1 ? 'try' : 'tries'})`;
  if (last !== undefined)
    return {
      ...last,
      problems: last.problems.map((problem) => ({ ...problem, message: problem.message + note })),
    };
  const message = `the first try had not ended after ${renderDuration(withinMs)}`;
  return {
    facts: {},
    captured: {},
    problems: [
      { code: 'TIMEOUT', message, at: place.at, sourceLine: place.sourceLine(place.at.line, place.at.file) },
    ],
  };
}

async function holdConsistently(
  prepared: PreparedStep,
  { forMs, everyMs }: Consistently,
  world: World,
  signal: AbortSignal,
): Promise<Repeated> {
  const { clock } = world;
  const endsAtMs = clock.nowMs() + forMs;
  for (let tries = 1; ; tries += 1) {
    const trial = await tryStep(prepared, prepared.step.timeoutMs, world, signal);
    const leftMs = endsAtMs - clock.nowMs();
    if (trial.problems.length > 0) {
      const note = ` (held for ${renderDuration(forMs - leftMs)} of ${renderDuration(forMs)}, try ${tries})`;
      return {
        trial: {
          ...trial,
          problems: trial.problems.map((problem) => ({ ...problem, message: problem.message + note })),
        },
        tries,
      };
    }
    if (leftMs <= 0) return { trial, tries };
    await clock.sleep(Math.min(everyMs, leftMs), signal);
  }
}
