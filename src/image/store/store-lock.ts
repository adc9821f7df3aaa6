import { setTimeout as sleep } from 'node:timers/promises';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { StorePaths } from './store-paths.ts';

/**
 * Locks on single bytes of the store's lock file. Node cannot lock, so that `engine/linux` implements it: the kernel takes the
 * locks away when the process that holds them ends, however (fcntl_locking(2), "open file description locks").
 */
export interface ByteLocker extends AsyncDisposable {
  /**
   * Until it is disposed. False when another's lock forbids it: any lock one that is to be alone, one that is alone all others.
   * `test` takes none, and says whether one could be had alone.
   */
  lock(file: string, byte: number, mode: LockMode): Promise<boolean>;
}

export type LockMode = 'alone' | 'shared' | 'test';

export type OpenByteLocker = () => Promise<ByteLocker>;

/** Who adds to the store shares it; who removes from it has it alone. */
const writersByte = 0;

/** What a layer that is in use is known by. A collision of 52 bits spares a layer for a while, and does no harm. */
export function layerByte(directory: string): number {
  return 1 + (Number.parseInt(directory.slice(0, 13), 16) || 0);
}

const pauseMs = 20;
/** Far longer than removing takes. */
const lockMs = 10 * 60_000;

/**
 * Held while something is added, from before one looks what is there already until all of it can be reached by a name or a
 * record: meanwhile nothing is collected.
 */
export async function lockForAdding(
  open: OpenByteLocker,
  paths: StorePaths,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const locker = await open();
  try {
    for (let waitedMs = 0; !(await locker.lock(paths.lock, writersByte, 'shared')); waitedMs += pauseMs) {
      if (waitedMs >= lockMs)
        throw new MayflyError(
          'STORE_BUSY',
          `another process has been cleaning ${paths.root} for ${lockMs} ms`,
        );
      await sleep(pauseMs, undefined, { signal });
    }
    return locker;
  } catch (error) {
    await locker[Symbol.asyncDispose]();
    throw error;
  }
}

/** Undefined when somebody adds to the store. */
export async function lockForRemoving(
  open: OpenByteLocker,
  paths: StorePaths,
): Promise<ByteLocker | undefined> {
  const locker = await open();
  try {
    if (await locker.lock(paths.lock, writersByte, 'alone')) return locker;
  } catch (error) {
    await locker[Symbol.asyncDispose]();
    throw error;
  }
  await locker[Symbol.asyncDispose]();
  return undefined;
}

/** Whether no sandbox uses the layer; none can begin to while the locker lives. */
export function lockUnused(locker: ByteLocker, paths: StorePaths, directory: string): Promise<boolean> {
  return locker.lock(paths.lock, layerByte(directory), 'alone');
}

/** Whether a sandbox uses the layer at this moment. */
export async function isInUse(locker: ByteLocker, paths: StorePaths, directory: string): Promise<boolean> {
  return !(await locker.lock(paths.lock, layerByte(directory), 'test'));
}
