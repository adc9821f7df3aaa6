import type { FileChange } from '../../core/engine.ts';
import { textOf } from '../step/text-or-bytes.ts';
import { settledWithin } from './abortable.ts';
import { openDeadline } from './deadline.ts';
import { planExec } from './plan-exec.ts';
import { readOutput } from './read-output.ts';
import type { RunningService } from './running-service.ts';
import type { World } from './world.ts';

type Logs = Readonly<Record<string, readonly string[]>>;

/** Of one look at one service, when something has failed anyway. */
const diagnosticBudgetMs = 3_000;
/** Of each service's log with `on_failure: [logs]`. */
const manyLogLines = 200;

/** Of each service with `on_failure: [fs-diff]`: with the line that says so if there are more, as many as a report shows. */
const mostChanges = 199;
const changeLetters: Readonly<Record<FileChange['change'], string>> = {
  added: 'A',
  changed: 'C',
  deleted: 'D',
};

/** /proc read by the image's own shell: works where the image has one, whatever else it lacks. */
const listProcesses =
  'for d in /proc/[0-9]*; do [ -r $d/cmdline ] || continue; printf "%s " "$' +
  '{d#/proc/}"; tr "\\0" " " < $d/cmdline 2>/dev/null || cat $d/comm; echo; done';

/** The last lines of every service's log, and what `on_failure` asks for (language.md R31). */
export async function readFailureLogs(world: World): Promise<Logs> {
  const { onFailure } = world.plan;
  const lines = onFailure.includes('logs') ? manyLogLines : world.limits.problemLogLines;
  const logs: Record<string, readonly string[]> = {};
  for (const service of world.services) logs[service.name] = service.log.tail(lines);
  const looks = world.services.flatMap((service) => [
    ...(onFailure.includes('sockets') ? [look(`${service.name} (sockets)`, () => readSockets(service))] : []),
    ...(onFailure.includes('ps') ? [look(`${service.name} (ps)`, () => readProcesses(service, world))] : []),
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
  return sockets.map(({ protocol, address, port }) => `${protocol} ${address}:${port}`);
}

/** As `docker diff` writes them. */
async function readChanges({ container }: RunningService): Promise<readonly string[]> {
  const { entries, isCut } = await container.changes(mostChanges);
  if (entries.length === 0) return ['nothing has been written'];
  const lines = entries.map(({ path, change }) => `${changeLetters[change]} ${path}`);
  return isCut ? [...lines, `… and more: the limit is ${mostChanges} entries`] : lines;
}

async function readProcesses(service: RunningService, world: World): Promise<readonly string[]> {
  using deadline = openDeadline(
    world.clock,
    diagnosticBudgetMs,
    world.closing,
    () => new Error('took too long'),
  );
  const spec = planExec(service.spec, ['/bin/sh', '-c', listProcesses], { user: '0' });
  const process = await service.container.exec(spec, deadline.signal);
  const { output } = await readOutput(process, {
    limits: world.limits,
    clock: world.clock,
    signal: deadline.signal,
  });
  return textOf(output).trimEnd().split('\n');
}
