import { MayflyError } from '../../core/mayfly-error.ts';

/** What disks and mounts say of themselves: nothing else that is worked with has these. */
const ofDisks: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EFBIG'];

/**
 * What the system says of the store during this work is the store's error. That of another file, such as an archive that is read,
 * is its reader's to explain.
 *
 * @throws MayflyError STORE_FAILED
 */
export async function withStoreErrors<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isOfStore(error, root)
      ? new MayflyError('STORE_FAILED', `the store ${root}: ${error.message}`, { cause: error })
      : error;
  }
}

function isOfStore(error: unknown, root: string): error is Error {
  if (!(error instanceof Error) || error instanceof MayflyError || !('syscall' in error)) return false;
  if ('path' in error && typeof error.path === 'string')
    return error.path === root || error.path.startsWith(`${root}/`);
  // Writing to what is open tells no path.
  return 'code' in error && ofDisks.includes(error.code);
}
