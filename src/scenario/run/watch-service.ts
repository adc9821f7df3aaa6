import type { ExitStatus } from '../../core/container.ts';
import type { Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { compileMatcher } from '../matcher/compile-matcher.ts';
import type { CompiledMatcher } from '../matcher/matcher.ts';
import { settledWithin } from './abortable.ts';
import { containerEndedEvent, containerStartedEvent } from './container-events.ts';
import { renderExit } from './render-exit.ts';
import type { RunningService } from './running-service.ts';
import type { World } from './world.ts';

/** Between two restarts, as Docker (moby, restartmanager): 100 ms, doubled each time, at most a minute … */
const firstRestartPauseMs = 100;
const maxRestartPauseMs = 60_000;
/** … and from the start again after a run of this length. */
const stableAfterMs = 10_000;

/** A main process while it is followed. */
interface Watch {
  readonly service: RunningService;
  /** What `exits` says of its end. */
  readonly matches: CompiledMatcher | undefined;
  readonly world: World;
  /** Restarts since it last ran for long. */
  readonly inARow: number;
}

/**
 * Follows a service's main process, reads its log, and says when it ends. An end by itself fails the scenario unless `exits`
 * says how it should end (language.md R15), or `restart` starts it again.
 */
export async function watchService(
  service: RunningService,
  exits: Json | undefined,
  world: World,
): Promise<void> {
  const matches = exits === undefined ? undefined : await compileMatcher(exits, { subject: 'exit' });
  const begin = (): void => {
    service.begin();
    void follow({ service, matches, world, inARow: 0 });
  };
  service.onStart = () => {
    emitStarted(service, 0, world);
    begin();
  };
  begin();
}

async function follow(watch: Watch): Promise<void> {
  const { service, matches, world } = watch;
  const startedAtMs = world.clock.nowMs();
  try {
    const { main } = service.container;
    const read = service.log.read(main.stdout, main.stderr);
    const isLast = (status: ExitStatus): boolean => service.endExpected || !restarts(watch, status);
    const status = await service.follow(endWithLog(main.exited, read, world), isLast);
    const restarting = !service.isOver;
    const byFault = service.nextEndIsFault;
    service.nextEndIsFault = false;
    const isExpected = service.endExpected || byFault || matches?.(status.code).matched === true;
    world.emitter.emit(containerEndedEvent(service.name, status, { expected: isExpected, restarting }));
    if (service.endExpected) return;
    if (restarting) {
      const wasStable = world.clock.nowMs() - startedAtMs >= stableAfterMs;
      await restart(wasStable ? { ...watch, inARow: 0 } : watch, status);
    } else if (byFault) return;
    else if (matches !== undefined) judgeEnd(service, status, matches, world);
    else world.fail(endedError(service, status), service);
  } catch (error) {
    world.fail(error, service);
  }
}

/** The end, once what was written before it has been read; a child that keeps the pipe open does not hold it up. */
async function endWithLog(
  exited: Promise<ExitStatus>,
  read: Promise<void>,
  world: World,
): Promise<ExitStatus> {
  const status = await exited;
  await settledWithin(read, world.limits.drainMs, world.clock);
  return status;
}

function judgeEnd(service: RunningService, status: ExitStatus, matches: CompiledMatcher, world: World): void {
  const result = matches(status.code);
  if (result.matched) return;
  const message = `\`${service.name}\` ended with ${renderExit(status)}${afterRestarts(service)}, and \`exits\` expects ${matches.description}`;
  const error = new MayflyError('EXPECTATION_FAILED', service.withLastWords(message), {
    at: service.plan.at,
  });
  world.fail(error, service);
}

function endedError(service: RunningService, status: ExitStatus): MayflyError {
  const when = service.isReady ? 'while the scenario ran' : 'before it was ready';
  const message = `\`${service.name}\` ended with ${renderExit(status)} ${when}${afterRestarts(service)}`;
  return new MayflyError('SERVICE_DIED', service.withLastWords(message), { at: service.plan.at });
}

function afterRestarts({ restarts: count }: RunningService): string {
  return count === 0 ? '' : `, after ${count} ${count === 1 ? 'restart' : 'restarts'}`;
}

/** An end as `exits` wants it is the end, whatever `restart` says. */
function restarts({ service, matches }: Watch, status: ExitStatus): boolean {
  const { restart, maxRestarts = Number.POSITIVE_INFINITY } = service.plan;
  if (restart === 'no' || matches?.(status.code).matched === true) return false;
  return restart !== 'on-failure' || (status.code !== 0 && service.restarts < maxRestarts);
}

async function restart(watch: Watch, status: ExitStatus): Promise<void> {
  const { service, world, inARow } = watch;
  const { container } = service;
  await world.clock.sleep(Math.min(maxRestartPauseMs, firstRestartPauseMs * 2 ** inARow), world.closing);
  // A step may have stopped or started it meanwhile.
  if (container.state !== 'exited') return;
  if (service.endExpected) return service.finish(status);
  const startedAtMs = world.clock.nowMs();
  await container.start(world.closing);
  service.restarts += 1;
  emitStarted(service, world.clock.nowMs() - startedAtMs, world);
  void follow({ ...watch, inARow: inARow + 1 });
}

function emitStarted({ name, container, image }: RunningService, durationMs: number, world: World): void {
  world.emitter.emit(containerStartedEvent(name, container, image.name, durationMs));
}
