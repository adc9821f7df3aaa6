import { statfs } from 'node:fs/promises';
import { MayflyError } from '../../core/mayfly-error.ts';
import { renderSize } from '../../core/units.ts';

const miB = 2 ** 20;

/** For the lists of a release, unpacked, with its updates and security fixes: 60 MB of bookworm's main, and room to grow. */
export const listsBytes = 160 * miB;

/** A package lies there packed and unpacked, and unpacked is mostly three times as large. */
const unpackedRatio = 5;

/** What mmdebstrap needs where it makes its tree. */
export function installBytes(downloadBytes: number): number {
  return listsBytes + unpackedRatio * downloadBytes;
}

/**
 * apt does not always end when the disk is full: its http method then waits for ever (2.6.1). So it is asked before.
 *
 * @throws MayflyError STORE_FAILED
 */
export async function requireSpace(directory: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  throw new MayflyError(
    'STORE_FAILED',
    `the disk is full: making the image takes ${renderSize(neededBytes)} of temporary files, and there is room for ${renderSize(freeBytes)}`,
    { hint: 'make room in /var/tmp, or in what TMPDIR names' },
  );
}
