import type { ExitStatus } from '../../core/container.ts';
import type { Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { compileMatcher } from '../matcher/compile-matcher.ts';
import type { CompiledMatcher } from '../matcher/matcher.ts';
import { settledWithin } from './abortable.ts';
import { containerEndedEvent } from './container-events.ts';
import { renderExit } from './render-exit.ts';
import type { RunningService } from './running-service.ts';
import type { World } from './world.ts';

/** Between two restarts, as Docker: 100 ms, doubled each time, at most a minute. */
const firstRestartPauseMs = 100;
const maxRestartPauseMs = 60_000;

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
  const begin = (): void => void follow(service, matches, 0, world);
  service.onStart = begin;
  begin();
}

async function follow(
  service: RunningService,
  matches: CompiledMatcher | undefined,
  restarts: number,
  world: World,
): Promise<void> {
  try {
    const { main } = service.container;
    const read = service.log.read(main.stdout, main.stderr);
    const status = await service.follow(endWithLog(main.exited, read, world));
    world.emitter.emit(
      containerEndedEvent(
        service.name,
        status,
        service.endExpected || matches?.(status.code).matched === true,
      ),
    );
    if (service.endExpected) return;
    if (matches !== undefined) judgeEnd(service, status, matches, world);
    else if (wantsRestart(service, status, restarts)) await restart(service, matches, restarts, world);
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
  const message = `\`${service.name}\` ended with ${renderExit(status)}, and \`exits\` expects ${matches.description}`;
  world.fail(new MayflyError('EXPECTATION_FAILED', message, { at: service.plan.at }), service);
}

function endedError(service: RunningService, status: ExitStatus): MayflyError {
  const when = service.isReady ? 'while the scenario ran' : 'before it was ready';
  return new MayflyError('SERVICE_DIED', `\`${service.name}\` ended with ${renderExit(status)} ${when}`, {
    at: service.plan.at,
  });
}

function wantsRestart(
  { plan: { restart, maxRestarts = Number.POSITIVE_INFINITY } }: RunningService,
  status: ExitStatus,
  restarts: number,
): boolean {
  switch (restart) {
    case 'no':
      return false;
    case 'on-failure':
      return status.code !== 0 && restarts < maxRestarts;
    case 'always':
    case 'unless-stopped':
      return true;
  }
}

async function restart(
  service: RunningService,
  matches: CompiledMatcher | undefined,
  restarts: number,
  world: World,
): Promise<void> {
  await world.clock.sleep(Math.min(maxRestartPauseMs, firstRestartPauseMs * 2 ** restarts), world.closing);
  // A step may have stopped or started it meanwhile.
  if (service.endExpected || service.container.state !== 'exited') return;
  await service.container.start(world.closing);
  void follow(service, matches, restarts + 1, world);
}
