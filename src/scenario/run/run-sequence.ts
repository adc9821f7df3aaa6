import type { Problem } from '../../core/event.ts';
import type { Step } from '../../core/scenario.ts';
import { openLinked } from './abortable.ts';
import { idIn, scenarioOver } from './background-step.ts';
import { skipStep } from './skip-step.ts';
import type { StepResult } from './step-result.ts';
import type { World } from './world.ts';

/** Handed on by who has it, because a step may hold steps. */
export type RunStep = (step: Step, world: World, signal: AbortSignal) => Promise<StepResult>;

/** In order, up to the first that does not pass; those in the background are begun, and not waited for. */
export async function runSequence(
  steps: readonly Step[],
  world: World,
  signal: AbortSignal,
  run: RunStep,
): Promise<{ readonly problems: readonly Problem[]; readonly stopped: boolean }> {
  const problems: Problem[] = [];
  let stopped: string | undefined;
  for (const step of steps) {
    stopped ??= signal.aborted ? reasonOf(signal) : undefined;
    if (stopped !== undefined) {
      skipStep(step, stopped, world);
      continue;
    }
    if (step.background) {
      startInBackground(step, world, signal, run);
      continue;
    }
    const result = await run(step, world, signal);
    problems.push(...result.problems);
    if (result.outcome === 'failed' || result.outcome === 'errored')
      stopped = `\`${step.name}\` ${result.outcome}`;
  }
  return { problems, stopped: stopped !== undefined };
}

export function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
}

/** Begins it, and waits for nothing. */
export function startInBackground(step: Step, world: World, signal: AbortSignal, run: RunStep): void {
  const linked = openLinked(signal);
  // The step's own time-out is for steps that one waits for; this one lasts as long as the scenario.
  const ended = run({ ...step, timeoutMs: world.plan.timeoutMs }, world, linked.signal).finally(() =>
    linked[Symbol.dispose](),
  );
  world.background.set(idIn(step, step.id ?? step.path), { ended, stop: () => linked.abort(scenarioOver) });
}
