import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { type IdMapping, idCount, rangeMapping } from './id-mapping.ts';
import { isHeld, planLockFile } from './lock-file.ts';
import { supervisorSlots } from './sandbox-slots.ts';

/**
 * Ranges from 0x7000_0000 up: above what systemd-nspawn takes (0x0008_0000 – 0x6fff_ffff) and below 2^31. 4,095 sandboxes of
 * root at one time.
 */
const firstBase = 0x7000_0000;
const rangeCount = 4095;

/** Ranges of which a sandbox is to get one that no other has. */
export interface IdRangePool {
  readonly kind: 'pool';
  /** One byte of it per range; it stays, empty. */
  readonly lockFile: string;
  /** Any number: where the search for a free range starts. */
  readonly start: number;
}

/**
 * An id range that no other sandbox of this machine uses: concurrent scenarios share no uid. The supervisor holds a lock on the
 * range's byte of a file (fcntl_locking(2), "open file description locks"), which the kernel takes away when it ends, however.
 */
export async function lockIdRange(supervisor: TapePerformer, pool: IdRangePool): Promise<IdMapping> {
  const slot = supervisorSlots.idRange;
  const open = planLockFile(pool.lockFile, slot);
  for (let step = 0; step < rangeCount; step += 1) {
    const number = (pool.start + step) % rangeCount;
    if (await takeLock(supervisor, [open, { kind: 'lockByte', slot, offset: number, mode: 0 }])) {
      return rangeMapping(firstBase + number * idCount);
    }
  }
  throw new MayflyError('HOST_MISSING_FEATURE', `all ${rangeCount} id ranges are in use`, {
    hint: 'end other runs',
  });
}

/** False when another supervisor holds it. */
async function takeLock(supervisor: TapePerformer, lock: Tape): Promise<boolean> {
  try {
    await supervisor.perform(lock);
    return true;
  } catch (error) {
    if (isHeld(error)) return false;
    throw error;
  }
}
