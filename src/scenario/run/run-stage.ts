import type { Problem } from '../../core/event.ts';
import type { Step } from '../../core/scenario.ts';
import { openLinked } from './abortable.ts';
import { readFailureLogs } from './failure-logs.ts';
import { InvariantWatch } from './invariant-watch.ts';
import { problemsOf } from './problem.ts';
import { awaitExits, runSteps } from './run-steps.ts';
import { startServices } from './start-services.ts';
import type { World } from './world.ts';

/** What was found wrong, where it is told: with a step, or with the whole of which it is one. */
export interface Found {
  readonly inSteps: readonly Problem[];
  readonly outside: readonly Problem[];
}

/** All services up, then the steps in order. Never throws. */
export async function runStage(steps: readonly Step[], world: World, signal: AbortSignal): Promise<Found> {
  using linked = openLinked(signal);
  const onFailed = (): void => linked.abort(world.failed.reason);
  world.failed.addEventListener('abort', onFailed, { once: true });
  let inSteps: readonly Problem[] = [];
  const outside: Problem[] = [];
  try {
    world.invariants = await InvariantWatch.open(world);
    await startServices(world, linked.signal);
    inSteps = await runSteps(steps, world, linked.signal);
    if (inSteps.length === 0) await awaitExits(world, linked.signal);
    await world.invariants.look();
    linked.signal.throwIfAborted();
  } catch (error) {
    // What made a service die is told by its own end; that others were stopped because of it is no news.
    if (world.failure.length === 0) outside.push(...problemsOf(error));
  }
  return { inSteps, outside: await withLogs([...world.failure, ...outside], world) };
}

async function withLogs([first, ...others]: readonly Problem[], world: World): Promise<readonly Problem[]> {
  if (first === undefined) return [];
  const isPlaced = first.at === undefined || first.sourceLine !== undefined;
  const line = isPlaced ? {} : { sourceLine: world.plan.sourceLine(first.at.line, first.at.file) };
  return [{ ...first, ...line, logs: await readFailureLogs(world) }, ...others];
}
