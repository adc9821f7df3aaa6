import { errnoOf } from '../client/errno-of.ts';
import type { PlaceLimit } from '../sandbox/writable-places.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import type { Undo } from './begin-fault.ts';
import { planFreePage, planLimit, planOccupied, planUsedPage } from './plan-limit.ts';

/** A place of the attic, and how large it may be when nothing is wrong. */
export interface LimitedPlace {
  readonly place: string;
  readonly limit: PlaceLimit;
}

const pageBytes = 4096;

export function fillDisk(init: TapePerformer, { place, limit }: LimitedPlace): Promise<Undo> {
  return limit.kind === 'tmpfs' ? shrink(init, place, limit.sizeBytes) : occupy(init, place, limit.sizeBytes);
}

/**
 * Full without a byte written: its size becomes what is in use, which costs no memory however large it is. The kernel refuses less
 * than that, so the smallest size it takes is the one; each one taken on the way is a limit already.
 */
async function shrink(init: TapePerformer, place: string, sizeBytes: number): Promise<Undo> {
  const undo: Undo = async () => {
    await init.perform(planLimit(place, sizeBytes));
    await init.perform(planFreePage(place));
  };
  try {
    await init.perform(planUsedPage(place)).catch(ignoreFull);
    let [tooFew, enough] = [0, Math.ceil(sizeBytes / pageBytes)];
    while (enough - tooFew > 1) {
      const pages = Math.floor((tooFew + enough) / 2);
      if (await isTaken(init.perform(planLimit(place, pages * pageBytes)))) enough = pages;
      else tooFew = pages;
    }
    return undo;
  } catch (error) {
    await undo();
    throw error;
  }
}

/** A file gets all blocks that are free; they are not written to. The kernel hands them out until there are no more (fallocate(2)). */
async function occupy(init: TapePerformer, place: string, sizeBytes: number): Promise<Undo> {
  const undo: Undo = async () => {
    await init.perform(planFreePage(place));
  };
  try {
    await init.perform(planOccupied(place, sizeBytes)).catch(ignoreFull);
    return undo;
  } catch (error) {
    await undo();
    throw error;
  }
}

async function isTaken(limited: Promise<unknown>): Promise<boolean> {
  try {
    await limited;
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EINVAL') return false;
    throw error;
  }
}

/** Then it is what it is to become. */
function ignoreFull(error: unknown): void {
  if (errnoOf(error) !== 'ENOSPC') throw error;
}
