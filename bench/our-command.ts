import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { timeProcess } from './run-process.ts';
import type { Workspace } from './workspace.ts';

/** How often the kernel is asked; its own high-water mark misses nothing between two looks but after the last. */
const lookEveryMs = 20;

/** The built command as a process of its own, with a store and a state directory of the benchmark's. */
export async function timeMayfly(workspace: Workspace, args: readonly string[]): Promise<number> {
  return timeProcess(commandOf(workspace, args), environmentOf(workspace));
}

/** Bytes: the most it had resident (VmHWM of proc(5)), seen from outside. */
export async function peakMemoryOfMayfly(workspace: Workspace, args: readonly string[]): Promise<number> {
  const [program = '', ...rest] = commandOf(workspace, args);
  const child = spawn(program, rest, { stdio: 'ignore', env: environmentOf(workspace) });
  let bytes = 0;
  const looking = setInterval(() => {
    bytes = residentBytes(child.pid) ?? bytes;
  }, lookEveryMs);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(looking);
  if (code !== 0) throw new Error(`mayfly ${args.join(' ')} ended with ${code}`);
  return bytes;
}

function commandOf({ root }: Workspace, args: readonly string[]): readonly string[] {
  const command = join(root, 'dist/mayfly.js');
  if (!existsSync(command)) throw new Error('dist/mayfly.js is not built: run `npm run prepare`');
  return [process.execPath, command, ...args];
}

function environmentOf({ directory }: Workspace): NodeJS.ProcessEnv {
  return {
    ...process.env,
    MAYFLY_STORE: join(directory, 'store'),
    MAYFLY_STATE: join(directory, 'state'),
  };
}

function residentBytes(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined; // it has ended
  }
}
