import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { MayflyError } from '../core/mayfly-error.ts';
import { type ImageLimits, limitError } from './image-limits.ts';

const chunkBytes = 2 ** 18;

/** Opens a regular file and nothing else: a FIFO would hang, a device do worse. */
async function openRegularFile(path: string): Promise<FileHandle> {
  const file = await openOrExplain(path);
  const facts = await file.stat();
  if (facts.isFile()) return file;
  await file.close();
  throw new MayflyError('IMAGE_INVALID', `${path} is not a regular file`);
}

async function openOrExplain(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : `cannot be opened (${code})`;
    throw new MayflyError('IMAGE_NOT_FOUND', `${path} ${why}`, { cause: error });
  }
}

/** A file's bytes from `start`, at most `length`. */
export async function* readRange(
  path: string,
  start = 0,
  length = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  const file = await openRegularFile(path);
  try {
    let at = start;
    for (let left = length; left > 0; ) {
      // A new buffer each time: chunks travel through queues.
      const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, left));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** All of a small thing, or the error that names the limit. */
export async function readWhole(
  source: AsyncIterable<Uint8Array>,
  limitName: 'manifestBytes' | 'configBytes',
  limits: ImageLimits,
  what: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limits[limitName]) throw limitError(limitName, limits, `${what} is too large`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
