import { readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of temporaries tell who makes them, so that a later run knows whether that process still lives. */
export const temporaryPrefix = 'tmp-';

export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since boot (proc_pid_stat(5), field 22): a reused pid has another. */
  readonly startTicks: string;
  /** A pid means something in its namespace only; another container may share the store. */
  readonly pidNamespace: string;
  /** Start times begin anew with every boot. */
  readonly bootId: string;
}

export function readOwnIdentity(): ProcessIdentity {
  return {
    pid: process.pid,
    startTicks: readStartTicks(process.pid) ?? '0',
    pidNamespace: readlinkSync('/proc/self/ns/pid').replace(/\D/g, ''),
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8),
  };
}

function readStartTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command's name, in parentheses, may hold blanks and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

export async function makeTemporaryDirectory(parent: string, self: ProcessIdentity): Promise<string> {
  return mkdtemp(
    join(parent, `${temporaryPrefix}${self.bootId}-${self.pidNamespace}-${self.pid}-${self.startTicks}-`),
  );
}

const foreignAgeMs = 24 * 3_600_000;

/**
 * Whether nobody works on a temporary any more: its process is gone, or, where that cannot be seen (another boot, another pid
 * namespace), it has not been touched for a day.
 */
export function isStaleTemporary(name: string, ageMs: number, self: ProcessIdentity): boolean {
  const match = /^tmp-([0-9a-f]+)-(\d+)-(\d+)-(\d+)-/.exec(name);
  if (match === null) return name.startsWith(temporaryPrefix) && ageMs > foreignAgeMs;
  const [, bootId, pidNamespace, pid, startTicks] = match;
  if (bootId !== self.bootId || pidNamespace !== self.pidNamespace) return ageMs > foreignAgeMs;
  return readStartTicks(Number(pid)) !== startTicks;
}
