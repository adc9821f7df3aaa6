import type { Problem } from '../../core/event.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import { renderDuration } from '../../core/units.ts';
import { abortable, openLinked } from './abortable.ts';
import { scenarioOver } from './background-step.ts';
import { openDeadline } from './deadline.ts';
import { runStep, skipStep } from './run-step.ts';
import type { StepResult } from './step-result.ts';
import type { World } from './world.ts';

/** The steps in order, up to the first that does not pass; then the background ones are ended. */
export async function runSteps(
  steps: readonly Step[],
  world: World,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  let stopped: string | undefined;
  for (const step of steps) {
    stopped ??= signal.aborted ? reasonOf(signal) : undefined;
    if (stopped !== undefined) {
      skipStep(step, stopped, world);
      continue;
    }
    if (step.background) {
      startInBackground(step, world, signal);
      continue;
    }
    const result = await runStep(step, world, signal);
    problems.push(...result.problems);
    if (result.outcome === 'failed' || result.outcome === 'errored')
      stopped = `\`${step.name}\` ${result.outcome}`;
  }
  return [...problems, ...(await endBackground(world))];
}

function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
}

function startInBackground(step: Step, world: World, signal: AbortSignal): void {
  const linked = openLinked(signal);
  // The step's own time-out is for steps that one waits for; this one lasts as long as the scenario.
  const ended = runStep({ ...step, timeoutMs: world.plan.timeoutMs }, world, linked.signal).finally(() =>
    linked[Symbol.dispose](),
  );
  world.background.set(step.id ?? step.path, { ended, stop: () => linked.abort(scenarioOver) });
}

async function endBackground(world: World): Promise<readonly Problem[]> {
  const steps = [...world.background.values()];
  for (const step of steps) step.stop();
  const results: readonly StepResult[] = await Promise.all(steps.map(({ ended }) => ended));
  return results.flatMap(({ problems }) => problems);
}

/** Every step of `finally`, whatever the others do, within a budget of their own (language.md R19, design.md "Deadlines"). */
export async function runFinally(world: World): Promise<readonly Problem[]> {
  const budgetMs = world.limits.finallyBudgetMs;
  using deadline = openDeadline(world.clock, budgetMs, world.closing, () => {
    return new MayflyError(
      'TIMEOUT',
      `\`finally\` took longer than its budget finallyBudgetMs (${renderDuration(budgetMs)})`,
    );
  });
  const problems: Problem[] = [];
  for (const step of world.plan.finally) {
    if (deadline.signal.aborted) skipStep(step, reasonOf(deadline.signal), world);
    else if (!isThere(step, world)) skipStep(step, `\`${step.in}\` was never started`, world);
    else problems.push(...(await runStep(step, world, deadline.signal)).problems);
  }
  return problems;
}

function isThere(step: Step, world: World): boolean {
  return (
    step.in === undefined || world.services.some(({ name }) => name === step.in || name === `${step.in}[1]`)
  );
}

/** Services that say how they end have to end: the scenario is not over before (language.md R15). */
export async function awaitExits(world: World, signal: AbortSignal): Promise<void> {
  world.stepsAreDone = true;
  const ending = world.services.filter(({ plan, endExpected }) => plan.exits !== undefined && !endExpected);
  await abortable(Promise.all(ending.map(({ over }) => over)), signal);
}
