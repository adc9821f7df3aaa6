import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { type LockEntry, lockFileName, parseLock } from './lock-file.ts';

/** Far more than the packages of a hundred images need. */
const lockFileBytes = 4 * 2 ** 20;

/**
 * Nothing where there is none.
 *
 * @throws MayflyError LOCK_INVALID
 */
export function readLock(directory: string): readonly LockEntry[] {
  const path = join(directory, lockFileName);
  try {
    const facts = statSync(path);
    // First: reading a FIFO would never end.
    if (!facts.isFile()) throw new MayflyError('LOCK_INVALID', `${path} is no file`);
    if (facts.size > lockFileBytes) {
      const message = `${path} has ${facts.size} bytes; the limit \`lockFileBytes\` is ${lockFileBytes}`;
      throw new MayflyError('LOCK_INVALID', message);
    }
    return parseLock(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof MayflyError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return [];
    throw new MayflyError('LOCK_INVALID', `${path} cannot be read: ${String(code ?? error)}`, {
      cause: error,
    });
  }
}
