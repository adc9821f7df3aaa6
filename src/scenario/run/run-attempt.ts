import type { VolumeSpec } from '../../core/container.ts';
import type { Sandbox } from '../../core/engine.ts';
import type { Outcome, Problem } from '../../core/event.ts';
import type { Image } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import { Scope } from '../../core/scope.ts';
import { renderDuration } from '../../core/units.ts';
import { anonymousVolumes, mergeImage } from '../plan/merge-image.ts';
import type { SnapshotFiles } from '../snapshot/snapshot-files.ts';
import { openLinked } from './abortable.ts';
import { type Closed, closeSandbox } from './close-sandbox.ts';
import { openDeadline } from './deadline.ts';
import type { ScenarioEmitter } from './emitter.ts';
import { readFailureLogs } from './failure-logs.ts';
import { prepareImages } from './prepare-images.ts';
import { outcomeOfProblems, problemsOf } from './problem.ts';
import type { RunContext } from './run-context.ts';
import { awaitExits, runFinally, runSteps } from './run-steps.ts';
import { startServices } from './start-services.ts';
import { World } from './world.ts';

export interface Attempt {
  readonly plan: ScenarioPlan;
  /** From 1. */
  readonly number: number;
  /** `[a-z0-9]+`, unique on the machine. */
  readonly sandboxId: string;
  readonly context: RunContext;
  readonly emitter: ScenarioEmitter;
  readonly snapshots?: SnapshotFiles;
}

export interface AttemptResult {
  readonly outcome: Exclude<Outcome, 'flaky' | 'skipped'>;
  /** Of steps and of the scenario itself. */
  readonly found: Found;
}

/** What was found wrong, where it is told: with a step, or with the scenario as a whole. */
export interface Found {
  readonly inSteps: readonly Problem[];
  readonly outside: readonly Problem[];
}

/** A scenario once, in a sandbox of its own, from images to census. Never throws. */
export async function runAttempt(attempt: Attempt): Promise<AttemptResult> {
  const { plan, context, emitter } = attempt;
  using deadline = openDeadline(context.clock, plan.timeoutMs, context.signal, () => {
    return new MayflyError(
      'TIMEOUT',
      `the scenario took longer than its time-out of ${renderDuration(plan.timeoutMs)}`,
    );
  });
  const inSteps: Problem[] = [];
  const outside: Problem[] = [];
  let closed: Closed = { leaks: [], problems: [] };
  try {
    // Its budget is the teardown's own, whatever is left of the scenario's time.
    await using scope = new Scope(context.limits.teardownBudgetMs + patienceMs, context.clock);
    try {
      const snapshots = await attempt.snapshots?.open(plan);
      const { sandbox, imagesReady } = await open(attempt, deadline.signal);
      let world: World | undefined;
      scope.defer('the sandbox', async () => {
        closed = await closeSandbox(sandbox, world, context, emitter);
      });
      world = new World({
        plan,
        attempt: attempt.number,
        context,
        emitter,
        sandbox,
        images: await imagesReady,
        ...(snapshots === undefined ? {} : { snapshots }),
      });
      const found = await runInWorld(world, deadline.signal);
      snapshots?.markWhole(world.skipped === 0 && found.inSteps.length + found.outside.length === 0);
      inSteps.push(...found.inSteps);
      outside.push(...found.outside);
    } catch (error) {
      outside.push(...problemsOf(deadline.signal.aborted ? deadline.signal.reason : error));
    }
  } catch (error) {
    outside.push(...problemsOf(error));
  }
  outside.push(...closed.problems);
  const outcome = closed.leaks.length > 0 ? 'leaked' : outcomeOfProblems([...inSteps, ...outside]);
  return { outcome, found: { inSteps, outside } };
}

/** What the engine may take beyond its budget before nobody waits for it any more. */
const patienceMs = 2_000;

interface Opened {
  readonly sandbox: Sandbox;
  readonly imagesReady: Promise<ReadonlyMap<string, Image>>;
}

/**
 * Volumes that an image declares belong to the sandbox like the scenario's own, so such images come first; others are made
 * ready while the sandbox opens.
 */
async function open(attempt: Attempt, signal: AbortSignal): Promise<Opened> {
  const { plan, context, emitter } = attempt;
  using linked = openLinked(signal);
  const imagesReady = prepareImages(plan, context, emitter, linked.signal);
  imagesReady.catch(() => {});
  try {
    const anonymous = mayDeclareVolumes(plan) ? volumesOfImages(plan, await imagesReady) : [];
    const sandbox = await openSandbox(attempt, anonymous, signal);
    return { sandbox, imagesReady };
  } catch (error) {
    linked.abort(error);
    throw error;
  }
}

/** Programs of the host and plain directories come without a configuration of their own. */
function mayDeclareVolumes({ images }: ScenarioPlan): boolean {
  return images.some(({ source, configOverrides: { volumes = [] } }) => {
    return volumes.length > 0 || (source.kind !== 'host' && source.kind !== 'rootfs');
  });
}

function volumesOfImages(plan: ScenarioPlan, images: ReadonlyMap<string, Image>): readonly VolumeSpec[] {
  return plan.services.flatMap((service) => {
    const image = images.get(service.image);
    return image === undefined ? [] : anonymousVolumes(mergeImage(service.container, image));
  });
}

function openSandbox(
  { plan, sandboxId, context }: Attempt,
  anonymous: readonly VolumeSpec[],
  signal: AbortSignal,
): Promise<Sandbox> {
  const { networks, volumes, upper = 'auto' } = plan;
  return context.engine.openSandbox(
    { runId: sandboxId, networks, volumes: [...volumes, ...anonymous], upper },
    signal,
  );
}

/** Services, steps, `finally`; what any of them found wrong. */
async function runInWorld(world: World, signal: AbortSignal): Promise<Found> {
  const { inSteps, outside } = await runBody(world, signal);
  world.finish();
  const final = await runFinally(world);
  return { inSteps: [...inSteps, ...final], outside };
}

async function runBody(world: World, signal: AbortSignal): Promise<Found> {
  using linked = openLinked(signal);
  const onFailed = (): void => linked.abort(world.failed.reason);
  world.failed.addEventListener('abort', onFailed, { once: true });
  let inSteps: readonly Problem[] = [];
  const outside: Problem[] = [];
  try {
    await startServices(world, linked.signal);
    inSteps = await runSteps(world, linked.signal);
    if (inSteps.length === 0) await awaitExits(world, linked.signal);
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
