import { MayflyError } from '../../core/mayfly-error.ts';

/** What the file system says while somebody works on the store is the store's error, unless it speaks of a file elsewhere. */
export async function withStoreErrors<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isOfStore(error, root)
      ? new MayflyError('STORE_FAILED', `the store ${root}: ${error.message}`, { cause: error })
      : error;
  }
}

/** A write to an open file that fails names no path; what it says is known by its code. */
const writeCodes = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EFBIG'];

function isOfStore(error: unknown, root: string): error is Error {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return false;
  if ('path' in error && typeof error.path === 'string') return error.path.startsWith(root);
  return writeCodes.includes(String(error.code));
}
