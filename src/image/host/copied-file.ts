import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { MayflyError } from '../../core/mayfly-error.ts';
import { renderStamp } from '../input-fact.ts';
import { readRange } from '../read-file.ts';

/**
 * The content of a file of this machine. It is copied, never hard-linked: a link would move the original's ctime, share its
 * inode with the image and need its owner's rights. A file that changes meanwhile is no content of any digest.
 */
export async function* copiedFile(path: string, before: BigIntStats): AsyncGenerator<Uint8Array> {
  yield* readRange(path);
  if (renderStamp(await stat(path, { bigint: true })) !== renderStamp(before)) {
    throw new MayflyError('IMAGE_INVALID', `${path} changed while it was copied`, {
      hint: 'run it again once nothing writes to it',
    });
  }
}
