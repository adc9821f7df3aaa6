import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Host } from '../host.ts';
import { idCount } from './id-mapping.ts';

/**
 * Ranges from 0x7000_0000 up: above what systemd-nspawn takes (0x0008_0000 – 0x6fff_ffff) and below 2^31. 4,095 sandboxes of
 * root at one time.
 */
const firstBase = 0x7000_0000;
const rangeCount = 4095;

export interface IdRange {
  readonly base: number;
  readonly lockFile: string;
  release(): Promise<void>;
}

/**
 * An id range that no other sandbox of this machine uses: concurrent scenarios share no uid. A lock file per range
 * holds the pids and start times of its holders, runner and supervisor, so that the range is free again when both are dead.
 */
export async function lockIdRange(host: Host, directory: string, start: number): Promise<IdRange> {
  await host.makeDirectory(directory, 0o700);
  const owner = await host.processIdentity(host.pid);
  for (let step = 0; step < rangeCount; step += 1) {
    const number = (start + step) % rangeCount;
    const path = `${directory}/${number}`;
    if (await takeLock(host, path, owner)) {
      return { base: firstBase + number * idCount, lockFile: path, release: () => host.removeFile(path) };
    }
  }
  throw new MayflyError('HOST_MISSING_FEATURE', `all ${rangeCount} id ranges are in use`, {
    hint: `end other runs, or remove stale locks from ${directory}`,
  });
}

async function takeLock(host: Host, path: string, owner: string): Promise<boolean> {
  if (await host.createExclusively(path, owner)) return true;
  const holder = await host.readText(path);
  if (holder === undefined || holder === '' || (await isAnyAlive(host, holder))) return false;
  // Stale: whoever renames it away first may have the range.
  if (!(await host.renameAway(path))) return false;
  return host.createExclusively(path, owner);
}

/** The supervisor of a killed runner uses the range until it has ended, and then removes the file itself. */
export async function addLockHolder(host: Host, lockFile: string, pid: number): Promise<void> {
  await host.append(lockFile, `\n${await host.processIdentity(pid)}`);
}

async function isAnyAlive(host: Host, holders: string): Promise<boolean> {
  const alive = holders.split('\n').map(async (identity) => {
    return identity !== '' && (await host.processIdentity(Number(identity.split(' ')[0]))) === identity;
  });
  return (await Promise.all(alive)).includes(true);
}
