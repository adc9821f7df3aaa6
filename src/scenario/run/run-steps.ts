import type { Problem } from '../../core/event.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import { renderDuration } from '../../core/units.ts';
import { abortable } from './abortable.ts';
import type { BackgroundStep } from './background-step.ts';
import { openDeadline } from './deadline.ts';
import { reasonOf, runSequence, startInBackground } from './run-sequence.ts';
import { runStep } from './run-step.ts';
import { skipStep } from './skip-step.ts';
import type { StepResult } from './step-result.ts';
import type { World } from './world.ts';

/** The steps in order, up to the first that does not pass; then the background ones are ended. */
export async function runSteps(
  steps: readonly Step[],
  world: World,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const { problems } = await runSequence(steps, world, signal, runStep);
  return [...problems, ...(await endBackground([...world.background.values()]))];
}

async function endBackground(steps: readonly BackgroundStep[]): Promise<readonly Problem[]> {
  for (const step of steps) step.stop();
  const results: readonly StepResult[] = await Promise.all(steps.map(({ ended }) => ended));
  return results.flatMap(({ problems }) => problems);
}

/** Every step of `finally`, whatever the others do; those in the background end with the last of the others. All within a budget of their own (language.md R19, design.md "Deadlines"). */
export async function runFinally(world: World): Promise<readonly Problem[]> {
  const budgetMs = world.limits.finallyBudgetMs;
  using deadline = openDeadline(world.clock, budgetMs, world.closing, () => {
    return new MayflyError(
      'TIMEOUT',
      `\`finally\` took longer than its budget finallyBudgetMs (${renderDuration(budgetMs)})`,
    );
  });
  const problems: Problem[] = [];
  const before = new Set(world.background.values());
  for (const step of world.plan.finally) {
    const absent = absentService(step, world);
    if (deadline.signal.aborted) skipStep(step, reasonOf(deadline.signal), world);
    else if (absent !== undefined) skipStep(step, `\`${absent}\` was never started`, world);
    else if (step.background) startInBackground(step, world, deadline.signal, runStep);
    else problems.push(...(await runStep(step, world, deadline.signal)).problems);
  }
  const begun = [...world.background.values()].filter((step) => !before.has(step));
  return [...problems, ...(await endBackground(begun))];
}

/** Of the step, or of one that it holds. */
function absentService({ in: name, steps = [] }: Step, world: World): string | undefined {
  const isThere = world.services.some((service) => service.name === name || service.name === `${name}[1]`);
  if (name !== undefined && !isThere) return name;
  return steps.map((inner) => absentService(inner, world)).find((absent) => absent !== undefined);
}

/** Services that say how they end have to end: the scenario is not over before (language.md R15). */
export async function awaitExits(world: World, signal: AbortSignal): Promise<void> {
  world.stepsAreDone = true;
  const ending = world.services.filter(({ plan, endExpected }) => plan.exits !== undefined && !endExpected);
  await abortable(Promise.all(ending.map(({ over }) => over)), signal);
}
