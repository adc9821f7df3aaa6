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
  release(): Promise<void>;
}

/**
 * An id range that no other sandbox of this machine uses: concurrent scenarios share no uid. A lock file per range
 * holds its owner's pid and start time, so that the range of a runner that was killed is free again.
 */
export async function lockIdRange(host: Host, directory: string, start: number): Promise<IdRange> {
  await host.makeDirectory(directory, 0o700);
  const owner = await host.processIdentity(host.pid);
  for (let step = 0; step < rangeCount; step += 1) {
    const number = (start + step) % rangeCount;
    const path = `${directory}/${number}`;
    if (await takeLock(host, path, owner)) {
      return { base: firstBase + number * idCount, release: () => host.removeFile(path) };
    }
  }
  throw new MayflyError('HOST_MISSING_FEATURE', `all ${rangeCount} id ranges are in use`, {
    hint: `end other runs, or remove stale locks from ${directory}`,
  });
}

async function takeLock(host: Host, path: string, owner: string): Promise<boolean> {
  if (await host.createExclusively(path, owner)) return true;
  const holder = await host.readText(path);
  if (holder === undefined || holder === '' || (await isAlive(host, holder))) return false;
  // Stale: whoever renames it away first may have the range.
  if (!(await host.renameAway(path))) return false;
  return host.createExclusively(path, owner);
}

async function isAlive(host: Host, identity: string): Promise<boolean> {
  const pid = Number(identity.split(' ')[0]);
  return (await host.processIdentity(pid)) === identity;
}
