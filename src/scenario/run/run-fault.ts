import type { Problem } from '../../core/event.ts';
import type { Step } from '../../core/scenario.ts';
import { Scope } from '../../core/scope.ts';
import { interpolateDeep } from '../expression/interpolate-deep.ts';
import { type FaultStep, parseFault } from '../fault/parse-fault.ts';
import { beginFault } from './begin-fault.ts';
import { problemsOf } from './problem.ts';
import { type RunStep, runSequence } from './run-sequence.ts';
import { skipStep } from './skip-step.ts';
import type { World } from './world.ts';

/**
 * A fault, and what is done while it lasts: until the last of `during` has ended, and for `for` at least. It is undone whatever
 * happens (language.md R25), within a budget of its own, before anything else of the scenario goes on.
 */
export async function runFault(
  step: Step,
  during: readonly Step[],
  world: World,
  signal: AbortSignal,
  run: RunStep,
): Promise<{ readonly inside: readonly Problem[]; readonly problems: readonly Problem[] }> {
  const { clock } = world;
  const place = { at: step.at, sourceLine: world.plan.sourceLine };
  const scope = new Scope(world.limits.teardownBudgetMs, clock);
  let fault: FaultStep;
  try {
    fault = parseFault(interpolateDeep(step.value, world.expressionScope(step)));
    await beginFault(fault, world, scope, signal);
  } catch (error) {
    for (const child of during) skipStep(child, `\`${step.name}\` could not begin`, world);
    return { inside: [], problems: [...problemsOf(error, place), ...(await undo(scope, place))] };
  }
  const beganAtMs = clock.nowMs();
  const told = { attempt: world.attempt, step: step.path, fault: fault.kind, name: step.name };
  const problems: Problem[] = [];
  let inside: readonly Problem[];
  try {
    world.emitter.emit({ kind: 'faultBegan', ...told });
    const done = await runSequence(during, world, signal, run);
    inside = done.problems;
    if (!done.stopped) await lastAtLeast(fault.forMs - (clock.nowMs() - beganAtMs), world, signal);
  } finally {
    problems.push(...(await undo(scope, place)));
    const lastedMs = clock.nowMs() - beganAtMs;
    world.emitter.emit({ kind: 'faultEnded', ...told, lastedMs, undone: problems.length === 0 });
  }
  return { inside, problems };
}

/** Cut short by the end of the step or the scenario, which is told there. */
async function lastAtLeast(ms: number, { clock }: World, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  await clock.sleep(ms, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

async function undo(scope: Scope, place: Parameters<typeof problemsOf>[1]): Promise<readonly Problem[]> {
  try {
    await scope[Symbol.asyncDispose]();
    return [];
  } catch (error) {
    return problemsOf(error, place);
  }
}
