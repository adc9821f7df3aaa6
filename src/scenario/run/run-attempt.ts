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
import { prepareImages } from './prepare-images.ts';
import { outcomeOfProblems, problemsOf } from './problem.ts';
import { runCases } from './run-cases.ts';
import type { RunContext } from './run-context.ts';
import { type Found, runStage } from './run-stage.ts';
import { runFinally } from './run-steps.ts';
import type { RunningService } from './running-service.ts';
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
  /** Why it cannot run on this host. */
  readonly refusal?: MayflyError;
}

export interface AttemptResult {
  readonly outcome: Exclude<Outcome, 'flaky' | 'skipped'>;
  /** Of steps and of the scenario itself. */
  readonly found: Found;
}

/** A scenario once, in a sandbox of its own, from images to census. Never throws. */
export async function runAttempt(attempt: Attempt): Promise<AttemptResult> {
  const { plan, context, emitter } = attempt;
  let world: World | undefined;
  const inSteps: Problem[] = [];
  const outside: Problem[] = [];
  let closed: Closed = { leaks: [], problems: [] };
  try {
    // Its budget is the teardown's own, whatever is left of the scenario's time.
    await using scope = new Scope(context.limits.teardownBudgetMs + patienceMs, context.clock);
    try {
      if (attempt.refusal !== undefined) throw attempt.refusal;
      const snapshots = await attempt.snapshots?.open(plan);
      const { sandbox, images } = await openWithin(attempt, (opened) => {
        scope.defer('the sandbox', async () => {
          closed = await closeSandbox(opened, world, context, emitter);
        });
      });
      world = new World({
        plan,
        attempt: attempt.number,
        context,
        emitter,
        sandbox,
        images,
        ...(snapshots === undefined ? {} : { snapshots }),
      });
      const setup = world;
      const enter = (next: World): void => {
        world = next;
      };
      const found = await runWithin(setup, enter, () => waitingFor(world ?? setup));
      snapshots?.markWhole(setup.skipped === 0 && found.inSteps.length + found.outside.length === 0);
      inSteps.push(...found.inSteps);
      outside.push(...found.outside);
    } catch (error) {
      outside.push(...problemsOf(error, plan));
    }
  } catch (error) {
    outside.push(...problemsOf(error, plan));
  }
  outside.push(...closed.problems);
  const outcome = closed.leaks.length > 0 ? 'leaked' : outcomeOfProblems([...inSteps, ...outside]);
  return { outcome, found: { inSteps, outside } };
}

/**
 * The images and the sandbox, within a limit of their own: the first use of an image may take minutes to make it, which says
 * nothing of the scenario. `onSandbox` owns the sandbox, also when the images fail.
 */
async function openWithin(attempt: Attempt, onSandbox: (sandbox: Sandbox) => void) {
  const { clock, limits, signal } = attempt.context;
  using deadline = openDeadline(clock, limits.imagesMs, signal, () => {
    const limit = renderDuration(limits.imagesMs);
    return new MayflyError('TIMEOUT', `the images were not ready within the limit of ${limit}`, {
      hint: 'run it again, which goes on from the images that are there; `--image-timeout` raises the limit',
    });
  });
  try {
    const { sandbox, imagesReady } = await open(attempt, deadline.signal);
    onSandbox(sandbox);
    return { sandbox, images: await imagesReady };
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : error;
  }
}

/** The scenario itself, within its time-out, which begins when images and sandbox are there. */
async function runWithin(
  setup: World,
  enter: (world: World) => void,
  waitingFor: () => string,
): Promise<Found> {
  const { plan, clock, context } = setup;
  using deadline = openDeadline(clock, plan.timeoutMs, context.signal, () => {
    const limit = renderDuration(plan.timeoutMs);
    return new MayflyError(
      'TIMEOUT',
      `the scenario took longer than its time-out of ${limit}${waitingFor()}`,
    );
  });
  try {
    return await runInWorld(setup, enter, deadline.signal);
  } catch (error) {
    throw deadline.signal.aborted ? deadline.signal.reason : error;
  }
}

/** What the scenario was waiting for outside of any step. */
function waitingFor(world: World): string {
  const { services } = world;
  const names = (some: readonly RunningService[]): string => some.map(({ name }) => `\`${name}\``).join(', ');
  const notReady = services.filter(({ isReady }) => !isReady);
  if (notReady.length > 0) return `, waiting for ${names(notReady)} to be ready`;
  const notOver = services.filter(({ plan, isOver }) => plan.exits !== undefined && !isOver);
  return world.stepsAreDone && notOver.length > 0
    ? `, waiting for ${names(notOver)} to end as \`exits\` says`
    : '';
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
  // As long as images are being made, also when the sandbox is open before they are ready.
  const linked = openLinked(signal);
  const imagesReady = prepareImages(plan, context, emitter, linked.signal).finally(() => {
    linked[Symbol.dispose]();
  });
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
  const limited = plan.services
    .filter(({ container }) => container.writableBytes !== undefined)
    .map(({ name }) => name);
  return context.engine.openSandbox(
    { runId: sandboxId, networks, volumes: [...volumes, ...anonymous], upper, limited },
    signal,
  );
}

/** Services, steps, cases, `finally`; what any of them found wrong. */
async function runInWorld(setup: World, enter: (world: World) => void, signal: AbortSignal): Promise<Found> {
  const { plan } = setup;
  const body =
    plan.cases === undefined
      ? { found: await runStage(plan.steps, setup, signal), last: setup }
      : await runCases(plan.cases, setup, enter, signal);
  body.last.finish();
  const final = await runFinally(body.last);
  await body.last.invariants?.look();
  const late = body.last.invariants?.takeUntold() ?? [];
  return { inSteps: [...body.found.inSteps, ...final], outside: [...body.found.outside, ...late] };
}
