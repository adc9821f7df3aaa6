import { open, rename, rm } from 'node:fs/promises';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Surroundings } from '../surroundings.ts';

/** To standard output, or to a file, which appears whole or not at all. */
export async function writeOut(
  content: AsyncIterable<Uint8Array>,
  path: string | undefined,
  { stdout, randomBytes }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  if (path === undefined) {
    for await (const chunk of content) {
      signal.throwIfAborted();
      await stdout.writeBytes(chunk);
    }
    return;
  }
  const temporary = `${path}.${Buffer.from(randomBytes(4)).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, content, signal);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw toUsage(error, path);
  }
}

async function writeFile(
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    for await (const chunk of content) {
      signal.throwIfAborted();
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function toUsage(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  return new MayflyError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${String(error.code)}`, {
    cause: error,
  });
}
