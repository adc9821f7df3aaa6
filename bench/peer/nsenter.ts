import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
      (await target?.catch(() => undefined))?.process.kill('SIGKILL');
    },
  };
}

interface Target {
  readonly process: ChildProcess;
  readonly pid: number;
}

/** The container's init is a child of the floor's; it has executed once its program has the name of ours. */
async function startTarget(workspace: Workspace): Promise<Target> {
  const [program = '', ...args] = floorArgv(workspace, ['/bin/sleep']);
  const process = spawn(program, args, { stdio: 'ignore' });
  for (let n = 0; n < tries; n += 1) {
    const pid = childOf(process.pid ?? 0);
    if (pid !== undefined && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sleep') return { process, pid };
    await sleep(1);
  }
  throw new Error('the container to enter did not start');
}

function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}
