import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Contender } from '../contender.ts';
import { timeProcess } from '../run-process.ts';
import type { Workspace } from '../workspace.ts';
import { floorArgv } from './floor.ts';

const tries = 1000;

/** `nsenter -a` into a container of the floor's: seven namespaces, no cgroups, no filter, all rights kept. */
export function nsenter(workspace: Workspace): Contender & AsyncDisposable {
  let target: Promise<Target> | undefined;
  return {
    name: 'nsenter',
    spawned: true,
    run: async () => {
      target ??= startTarget(workspace);
      return timeProcess(['nsenter', '-a', '-t', String((await target).pid), '/bin/true']);
    },
    [Symbol.asyncDispose]: async () => {
      const started = await target?.catch(() => undefined);
      if (started === undefined) return;
      // First pid 1 of the container, which would outlive the floor that waits for it.
      process.kill(started.pid, 'SIGKILL');
      started.floor.kill('SIGKILL');
    },
  };
}

interface Target {
  readonly floor: ChildProcess;
  /** Of the container's init. */
  readonly pid: number;
}

/** The container's init is a child of the floor's; it has executed once its program has the name of ours. */
async function startTarget(workspace: Workspace): Promise<Target> {
  const [program = '', ...args] = floorArgv(workspace, ['/bin/sleep']);
  const floor = spawn(program, args, { stdio: 'ignore' });
  for (let n = 0; n < tries; n += 1) {
    const pid = childOf(floor.pid ?? 0);
    if (pid !== undefined && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sleep')
      return { floor, pid };
    await sleep(1);
  }
  throw new Error('the container to enter did not start');
}

/** By scanning: /proc/PID/task/PID/children is not on every kernel. */
function childOf(parent: number): number | undefined {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const child = pids.find((pid) => statOf(pid)[1] === String(parent));
  return child === undefined ? undefined : Number(child);
}

/** proc(5): what follows the name in parentheses: state, parent, … */
function statOf(pid: string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // it has ended
  }
}
