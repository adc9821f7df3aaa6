import { readdirSync, readFileSync } from 'node:fs';

/** proc_pid_children(5). */
export function childrenOf(pid: number): readonly number[] {
  return list(`/proc/${pid}/task`).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).trim().split(' ').filter(Boolean).map(Number),
  );
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // it has ended
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const programOf = (pid: number): string => read(`/proc/${pid}/cmdline`).split('\0')[0] ?? '';

/** Of all sandboxes that this process has open, the newest last. */
export function supervisors(): readonly number[] {
  return childrenOf(process.pid).filter((pid) => programOf(pid).includes('launcher'));
}

export interface SandboxPids {
  readonly supervisor: number;
  readonly init: number;
}

/** Of the sandbox that this process opened last. */
export function newestSandbox(): SandboxPids {
  return sandboxOf(supervisors().at(-1) ?? 0);
}

/** Of the one sandbox that a runner has open. */
export function findSandbox(runner: number): SandboxPids {
  return sandboxOf(childrenOf(runner).find((pid) => programOf(pid).includes('launcher')) ?? 0);
}

function sandboxOf(supervisor: number): SandboxPids {
  return { supervisor, init: childrenOf(supervisor).find((pid) => programOf(pid) === 'mayfly-init') ?? 0 };
}

/** How many ways out of its containers a supervisor keeps. */
export function relaysOf(supervisor: number): number {
  return childrenOf(supervisor).filter((pid) => programOf(pid) === 'pasta').length;
}

/** How many descriptors a process has open. */
export function descriptorsOf(pid: number): number {
  return list(`/proc/${pid}/fd`).length;
}

/** Whether a process of this machine has that word among its arguments. */
export function runsAnywhere(word: string): boolean {
  return list('/proc').some(
    (pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).split('\0').includes(word),
  );
}
