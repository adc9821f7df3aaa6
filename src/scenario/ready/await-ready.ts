import { MayflyError } from '../../core/mayfly-error.ts';
import type { ReadyCondition } from '../../core/plan.ts';
import type { SourceLocation } from '../../core/source-location.ts';
import { renderDuration } from '../../core/units.ts';
import { abortable, openLinked } from '../run/abortable.ts';
import { openDeadline } from '../run/deadline.ts';
import { renderExit } from '../run/render-exit.ts';
import type { Probe, WaitTarget } from './wait-definition.ts';
import { waitTable } from './wait-table.ts';

export interface AwaitReady {
  readonly condition: ReadyCondition;
  readonly withinMs: number;
  /** Between two looks; undefined: as below. */
  readonly everyMs?: number;
  readonly at?: SourceLocation;
}

/** Between two looks: an eighth of the time waited so far, so that nobody waits much longer than needed, nor looks too often. */
const minPauseMs = 2;
const maxPauseMs = 100;
const pauseShare = 1 / 8;

/**
 * Resolves when the condition holds (language.md R16).
 *
 * @throws MayflyError SERVICE_NOT_READY when it did not within its time, saying what was missing; SERVICE_DIED at once when
 * the process ended first; the signal's reason when that is aborted.
 */
export async function awaitReady(
  { condition, withinMs, everyMs, at }: AwaitReady,
  target: WaitTarget,
  signal: AbortSignal,
): Promise<void> {
  const missing = new Map<string, string>();
  const place = at === undefined ? {} : { at };
  using deadline = openDeadline(target.clock, withinMs, signal, () => {
    const reasons = [...missing].map(([what, seen]) => `${what}: ${seen}`).join('; ');
    const message = `\`${target.service.name}\` was not ready within ${renderDuration(withinMs)}: ${reasons}`;
    return new MayflyError('SERVICE_NOT_READY', target.service.withLastWords(message), place);
  });
  try {
    await abortable(
      awaitCondition(condition, { ...target, missing, everyMs }, deadline.signal),
      deadline.signal,
    );
  } catch (error) {
    // `any` wraps what its branches say; the deadline's and the run's own reasons come as they are.
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

interface Waiting extends WaitTarget {
  /** By what is waited for: what was seen last. */
  readonly missing: Map<string, string>;
  readonly everyMs: number | undefined;
}

async function awaitCondition(
  condition: ReadyCondition,
  target: Waiting,
  signal: AbortSignal,
): Promise<void> {
  if (condition.kind === 'all' || condition.kind === 'any') {
    using others = openLinked(signal);
    const branches = condition.of.map((one) => awaitCondition(one, target, others.signal));
    try {
      await (condition.kind === 'all' ? Promise.all(branches) : Promise.any(branches));
    } finally {
      others.abort(new Error('decided by another branch'));
      await Promise.allSettled(branches);
    }
    return;
  }
  const probe = await waitTable[condition.kind].prepare(condition.value, target);
  await poll(probe, target, signal);
}

async function poll(probe: Probe, target: Waiting, signal: AbortSignal): Promise<void> {
  const { service, clock, missing, everyMs } = target;
  const startedAtMs = clock.nowMs();
  missing.set(probe.what, 'not looked at yet');
  for (;;) {
    signal.throwIfAborted();
    // Taken before the look: what a process did before it ended still counts, and one that ended cannot become ready later.
    const endedBefore = service.isOver;
    const changed = probe.changed?.();
    const verdict = await check(probe, target, signal);
    if (verdict.ready) {
      missing.delete(probe.what);
      return;
    }
    missing.set(probe.what, verdict.seen);
    if (endedBefore) throw diedError(target, probe, verdict.seen);
    const pauseMs =
      everyMs ?? Math.min(maxPauseMs, Math.max(minPauseMs, (clock.nowMs() - startedAtMs) * pauseShare));
    await pause(pauseMs, changed, target, signal);
  }
}

/** A look at a container that ends meanwhile may fail; the next one knows that it has ended. */
async function check(probe: Probe, target: WaitTarget, signal: AbortSignal): ReturnType<Probe['check']> {
  if (target.service.status !== undefined && probe.worksAfterEnd !== true) {
    return {
      ready: false,
      seen: target.service.isOver ? 'its process has ended' : 'it is being started again',
    };
  }
  try {
    return await abortable(probe.check(signal), signal);
  } catch (error) {
    if (error instanceof MayflyError && error.code === 'CONTAINER_STATE')
      return { ready: false, seen: error.message };
    throw error;
  }
}

async function pause(
  ms: number,
  changed: Promise<void> | undefined,
  { service, clock }: WaitTarget,
  signal: AbortSignal,
): Promise<void> {
  using enough = openLinked(signal);
  try {
    const wakes: Promise<unknown>[] = [clock.sleep(ms, enough.signal), service.over];
    if (changed !== undefined) wakes.push(changed);
    await Promise.race(wakes);
  } finally {
    enough.abort(new Error('woken'));
  }
}

function diedError({ service }: WaitTarget, probe: Probe, seen: string): MayflyError {
  const times = service.restarts === 0 ? '' : ` and after ${service.restarts} restarts`;
  const how = service.status === undefined ? 'ended' : `ended with ${renderExit(service.status)}`;
  const message = `\`${service.name}\` ${how} before it was ready${times} (${probe.what}: ${seen})`;
  return new MayflyError('SERVICE_DIED', service.withLastWords(message), { at: service.plan.at });
}
