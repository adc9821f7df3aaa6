import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

/** Processor time of the whole run, with all that it started and waited for: what a shell's `times` says of its children. */
export async function cpuSecondsOfMayfly(workspace: Workspace, args: readonly string[]): Promise<number> {
  const command = ['/bin/sh', '-c', '"$@" >/dev/null 2>&1; times', 'sh', ...commandOf(workspace, args)];
  const [program = '', ...rest] = command;
  const { stdout } = await promisify(execFile)(program, rest, { env: environmentOf(workspace) });
  const ofChildren = stdout.trim().split('\n').at(-1) ?? '';
  return [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
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
