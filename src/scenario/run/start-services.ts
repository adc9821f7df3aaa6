import type { ContainerSpec } from '../../core/container.ts';
import type { Container } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Dependency, ReadyPlan, ServicePlan } from '../../core/plan.ts';
import { mergeImage } from '../plan/merge-image.ts';
import { awaitReady } from '../ready/await-ready.ts';
import { planHealth, unhealthyAfterMs } from '../ready/plan-health.ts';
import { abortable, openLinked } from './abortable.ts';
import { checkPlatforms } from './check-platforms.ts';
import { containerStartedEvent } from './container-events.ts';
import { LogBook } from './log-book.ts';
import { renderExit } from './render-exit.ts';
import { RunningService } from './running-service.ts';
import { watchService } from './watch-service.ts';
import type { World } from './world.ts';

/** The milestones of one service, as far as others wait for them. */
interface Starting {
  readonly started: Promise<RunningService>;
  readonly healthy: Promise<RunningService>;
}

/**
 * Starts every service the moment its own dependencies are satisfied, and resolves when all are ready. The first that fails
 * stops the others.
 */
export async function startServices(world: World, signal: AbortSignal): Promise<void> {
  checkPlatforms(world.plan, world.images);
  using linked = openLinked(signal);
  const all = new Map<string, Starting>();
  const byContainer = new Map(world.plan.services.map((plan) => [plan.container.name, plan.name]));
  for (const plan of world.plan.services) {
    const ready = Promise.all(
      dependenciesOf(plan, byContainer).map((dependency) => satisfied(dependency, all, linked.signal)),
    );
    const started = ready.then(() => startService(plan, world, linked.signal));
    const healthy = started.then((service) => becomeReady(service, world, linked.signal));
    // Each rejection is seen by whoever awaits it; those nobody awaits any more are not to end the process.
    for (const promise of [ready, started, healthy]) promise.catch(() => {});
    all.set(plan.name, { started, healthy });
  }
  const ends = [...all.values()].map(({ healthy }) => healthy);
  try {
    await Promise.all(ends);
  } catch (error) {
    linked.abort(error);
    await Promise.allSettled(ends);
    throw error;
  }
}

/** Whoever shares another's network starts after it, said or not. */
function dependenciesOf(
  { dependsOn, container }: ServicePlan,
  byContainer: ReadonlyMap<string, string>,
): readonly Dependency[] {
  if (container.network.kind !== 'shared') return dependsOn;
  const service = byContainer.get(container.network.container) ?? container.network.container;
  return dependsOn.some((one) => one.service === service)
    ? dependsOn
    : [...dependsOn, { service, condition: 'service_started' }];
}

async function satisfied(
  { service: name, condition }: Dependency,
  all: ReadonlyMap<string, Starting>,
  signal: AbortSignal,
): Promise<void> {
  const dependency = all.get(name);
  if (dependency === undefined)
    throw new MayflyError('INTERNAL', `service \`${name}\` comes after one that depends on it`);
  switch (condition) {
    case 'service_started':
      await dependency.started;
      return;
    case 'service_healthy':
      await dependency.healthy;
      return;
    case 'service_completed_successfully': {
      const service = await dependency.started;
      const status = await abortable(service.over, signal);
      if (status.code === 0) return;
      throw new MayflyError(
        'SERVICE_DIED',
        `\`${name}\` should complete successfully, and ended with ${renderExit(status)}`,
        { at: service.plan.at },
      );
    }
  }
}

async function startService(plan: ServicePlan, world: World, signal: AbortSignal): Promise<RunningService> {
  signal.throwIfAborted();
  const ended = endedInSetup(plan, world);
  if (ended !== undefined) {
    world.addService(ended);
    return ended;
  }
  const image = world.images.get(plan.image);
  if (image === undefined) throw new MayflyError('INTERNAL', `image \`${plan.image}\` was not prepared`);
  const spec = mergeImage(plan.container, image);
  const startedAtMs = world.clock.nowMs();
  const container = await startPlaced(plan, () => startContainer(plan, spec, world, signal));
  const service = new RunningService({ plan, spec, image, container, log: openLogBook(plan, world) });
  world.addService(service);
  world.emitter.emit(
    containerStartedEvent(plan.name, container, image.name, world.clock.nowMs() - startedAtMs),
  );
  await watchService(service, exitsOf(plan, world), world);
  return service;
}

/** In a case the container is there already, on a fork of what it had written. */
async function startContainer(
  { name }: ServicePlan,
  spec: ContainerSpec,
  world: World,
  signal: AbortSignal,
): Promise<Container> {
  const earlier = world.fork?.from.services.find((service) => service.name === name);
  if (earlier === undefined) return world.sandbox.startContainer(spec, signal);
  await earlier.container.start(signal);
  return earlier.container;
}

/** A one-shot that has done its work, or what a step of `setup` stopped: every case finds it so. */
function endedInSetup({ name }: ServicePlan, world: World): RunningService | undefined {
  return world.fork?.endedServices.find((service) => service.name === name);
}

/** What refuses a start has its place in the file: the service. */
async function startPlaced<T>(plan: ServicePlan, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof MayflyError) || error.at !== undefined) throw error;
    throw new MayflyError(error.code, `\`${plan.name}\` could not be started: ${error.message}`, {
      at: plan.at,
      hint: error.hint,
      cause: error,
    });
  }
}

/** A service whose completion others wait for is expected to end so. */
function exitsOf(plan: ServicePlan, world: World): ServicePlan['exits'] {
  const isAwaited = world.plan.services.some(({ dependsOn }) =>
    dependsOn.some(
      ({ service, condition }) => service === plan.name && condition === 'service_completed_successfully',
    ),
  );
  return plan.exits ?? (isAwaited ? 0 : undefined);
}

async function becomeReady(
  service: RunningService,
  world: World,
  signal: AbortSignal,
): Promise<RunningService> {
  if (endedInSetup(service.plan, world) !== undefined) return service;
  const ready = readyOf(service);
  const startedAtMs = world.clock.nowMs();
  if (ready !== undefined)
    await awaitReady(ready, { service, clock: world.clock, limits: world.limits }, signal);
  service.isReady = true;
  world.emitter.emit({
    kind: 'containerReady',
    container: service.name,
    durationMs: world.clock.nowMs() - startedAtMs,
  });
  return service;
}

/** An image that says when it is healthy is believed, as Compose does with `--wait`. */
function readyOf({ plan, image }: RunningService): ReadyPlan | undefined {
  const { ready, at, healthcheckOff } = plan;
  if (ready !== undefined && ready.byHealth !== true) return ready;
  const own = ready?.condition.kind === 'healthcheck' ? ready.condition.value : true;
  const health = planHealth(own, image.config.healthcheck);
  if (health === undefined || (ready === undefined && healthcheckOff === true)) return ready;
  const withinMs = unhealthyAfterMs(health);
  return { condition: { kind: 'healthcheck', value: own }, withinMs, at: ready?.at ?? at };
}

function openLogBook(plan: ServicePlan, world: World): LogBook {
  const { emitter, limits, context } = world;
  const sink = context.openLog?.(`${world.evidenceFolder}/${plan.container.name}.log`);
  return new LogBook({
    limits,
    masker: emitter.masker,
    onLine: (stream, line) => emitter.emitLogLine(plan.name, stream, line),
    ...(sink === undefined ? {} : { sink }),
  });
}
