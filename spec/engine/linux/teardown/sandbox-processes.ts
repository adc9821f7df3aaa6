import { readdirSync, readFileSync } from 'node:fs';

export interface SandboxProcesses {
  readonly supervisor: number;
  readonly init: number;
}

/** The two processes of ours that hold a run's sandbox, as the host sees them; undefined while there are none. */
export function findSandbox(runner: number): SandboxProcesses | undefined {
  const supervisor = childrenOf(runner).find((pid) => commandOf(pid).includes('launcher-linux'));
  const init =
    supervisor === undefined
      ? undefined
      : childrenOf(supervisor).find((pid) => commandOf(pid).startsWith('mayfly-init'));
  return supervisor === undefined || init === undefined ? undefined : { supervisor, init };
}

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

/** proc_pid_stat(5): state and parent follow the name, which is in parentheses. */
function parentOf(pid: string): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? -1);
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
