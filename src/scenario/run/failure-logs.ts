import type { FileChange } from '../../core/engine.ts';
import { commandLineOf } from '../step/command-line-of.ts';
import { readOwnerNames } from '../step/owner-names.ts';
import { settledWithin } from './abortable.ts';
import type { RunningService } from './running-service.ts';
import type { World } from './world.ts';

type Logs = Readonly<Record<string, readonly string[]>>;

/** Of one look at one service, when something has failed anyway. */
const diagnosticBudgetMs = 3_000;
/** Of each service's log with `on_failure: [logs]`. */
const manyLogLines = 200;

/** Of each service with `on_failure: [fs-diff]`: with the line that says so if there are more, as many as a report shows. */
const mostChanges = 199;
/** Of each service with `on_failure: [ps]`: a flood of processes is told as one. */
const mostProcesses = 199;

const changeLetters: Readonly<Record<FileChange['change'], string>> = {
  added: 'A',
  changed: 'C',
  deleted: 'D',
};

/** The last lines of every service's log, and what `on_failure` asks for (language.md R31). */
export async function readFailureLogs(world: World): Promise<Logs> {
  const { onFailure } = world.plan;
  const lines = onFailure.includes('logs') ? manyLogLines : world.limits.problemLogLines;
  const logs: Record<string, readonly string[]> = {};
  for (const service of world.services) logs[service.name] = service.log.tail(lines);
  const looks = world.services.flatMap((service) => [
    ...(onFailure.includes('sockets') ? [look(`${service.name} (sockets)`, () => readSockets(service))] : []),
    ...(onFailure.includes('ps') ? [look(`${service.name} (ps)`, () => readProcesses(service))] : []),
    ...(onFailure.includes('fs-diff') ? [look(`${service.name} (fs-diff)`, () => readChanges(service))] : []),
  ]);
  await settledWithin(Promise.all(looks), diagnosticBudgetMs, world.clock);
  return { ...logs };

  async function look(name: string, read: () => Promise<readonly string[]>): Promise<void> {
    try {
      logs[name] = await read();
    } catch (error) {
      logs[name] = [`cannot be read: ${error instanceof Error ? error.message : String(error)}`];
    }
  }
}

async function readSockets({ container }: RunningService): Promise<readonly string[]> {
  const sockets = await container.listening();
  if (sockets.length === 0) return ['nobody listens'];
  return sockets.map(({ protocol, address, port }) => `${protocol} ${address}:${port}`);
}

/** As `docker diff` writes them. */
async function readChanges({ container }: RunningService): Promise<readonly string[]> {
  const { entries, isCut } = await container.changes(mostChanges);
  if (entries.length === 0) return ['nothing has been written'];
  const lines = entries.map(({ path, change }) => `${changeLetters[change]} ${path}`);
  return isCut ? [...lines, `… and more: the limit is ${mostChanges} entries`] : lines;
}

/** As the kernel tells it: no program of the image is asked, so that it may have none. */
async function readProcesses({ container }: RunningService): Promise<readonly string[]> {
  const processes = await container.processes();
  if (processes.length === 0) return ['there are none'];
  const names = await readOwnerNames(container, [{ asked: new Set(['owner']) }]);
  const lines = processes
    .slice(0, mostProcesses)
    .map((process) => `${process.pid} ${names.user(process.uid)} ${commandLineOf(process)}`);
  const more = processes.length - lines.length;
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}
