import type { Problem } from '../../core/event.ts';
import type { CasePlan } from '../../core/plan.ts';
import { outcomeOfProblems, problemsOf } from './problem.ts';
import { reasonOf } from './run-sequence.ts';
import { type Found, runStage } from './run-stage.ts';
import { skipStep } from './skip-step.ts';
import { killServices, stopServices } from './stop-services.ts';
import { World } from './world.ts';

interface CasesRun {
  readonly found: Found;
  /** Whose services may still run: `finally` finds what it left. */
  readonly last: World;
}

/**
 * `setup` once; then each case in a world of its own, on a fork of all file systems and volumes as `setup` left them, with the
 * services started again (language.md R28). A case that fails does not keep the others from running.
 *
 * `enter` is told which world is at work.
 */
export async function runCases(
  cases: readonly CasePlan[],
  setup: World,
  enter: (world: World) => void,
  signal: AbortSignal,
): Promise<CasesRun> {
  const prepared = await runStage(setup.plan.steps, setup, signal);
  if (prepared.inSteps.length + prepared.outside.length > 0) {
    for (const one of cases) skipStep({ ...one, kind: 'case' }, '`setup` did not pass', setup);
    return { found: prepared, last: setup };
  }
  try {
    const endedServices = setup.services.filter(({ isOver }) => isOver);
    const broken = await leave(setup, stopServices);
    await setup.sandbox.checkpoint();
    const { found, last } = await runEach(cases, (one) => fork(setup, one, endedServices), enter, signal);
    return { found: { ...found, outside: [...broken, ...found.outside] }, last };
  } catch (error) {
    return { found: { inSteps: [], outside: problemsOf(error) }, last: setup };
  }
}

async function runEach(
  cases: readonly CasePlan[],
  open: (one: CasePlan) => Promise<World>,
  enter: (world: World) => void,
  signal: AbortSignal,
): Promise<CasesRun> {
  let last: World | undefined;
  const inSteps: Problem[] = [];
  const outside: Problem[] = [];
  for (const one of cases) {
    if (last !== undefined && signal.aborted) {
      skipStep({ ...one, kind: 'case' }, reasonOf(signal), last);
      continue;
    }
    if (last !== undefined) outside.push(...(await leave(last, killServices)));
    last = await open(one);
    enter(last);
    inSteps.push(...(await runCase(one, last, signal)));
  }
  if (last === undefined) throw new Error('a scenario with `cases` has at least one');
  return { found: { inSteps, outside }, last };
}

async function fork(setup: World, one: CasePlan, endedServices: World['services']): Promise<World> {
  await setup.sandbox.rewind();
  const { plan, attempt, context, emitter, sandbox, images, snapshots } = setup;
  return new World({
    plan,
    attempt,
    context,
    emitter,
    sandbox,
    images,
    ...(snapshots === undefined ? {} : { snapshots }),
    fork: { case: one, from: setup, endedServices },
  });
}

/** Told as a step that holds its steps. */
async function runCase(one: CasePlan, world: World, signal: AbortSignal): Promise<Found['inSteps']> {
  const { attempt, emitter, clock } = world;
  const of = { attempt, step: one.path, name: one.name, stepKind: 'case' } as const;
  const startedAtMs = clock.nowMs();
  emitter.emit({ kind: 'stepStarted', ...of, at: one.at });
  const { inSteps, outside } = await runStage(one.steps, world, signal);
  emitter.emit({
    kind: 'stepFinished',
    ...of,
    ...endOf(inSteps, outside),
    durationMs: clock.nowMs() - startedAtMs,
    tries: 1,
    facts: { ...one.values },
    problems: outside,
  });
  return [...inSteps, ...outside];
}

function endOf(
  inSteps: Found['inSteps'],
  outside: Found['outside'],
): { readonly outcome: 'passed' | 'failed' | 'errored'; readonly reason?: string } {
  const problems = [...inSteps, ...outside];
  if (problems.length === 0) return { outcome: 'passed' };
  const outcome = outcomeOfProblems(problems);
  return outside.length > 0 ? { outcome } : { outcome, reason: 'a step of it did not pass' };
}

/** Ends its services: nothing more comes of it. What their last words broke of the `invariants` is handed back. */
async function leave(world: World, end: (world: World) => Promise<void>): Promise<readonly Problem[]> {
  world.finish();
  await end(world);
  await world.invariants?.look();
  world.close();
  for (const { log } of world.services) log.close();
  return world.invariants?.takeUntold() ?? [];
}
