import { lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Surroundings } from '../surroundings.ts';

/**
 * To standard output, or to a file, which appears whole or not at all. A link is followed; a device or a pipe is written into, for a
 * rename would put a file in its place.
 */
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
  try {
    const target = await findTarget(path);
    if (target.isReplaced) await replaceFile(target.path, content, randomBytes, signal);
    else await writeFile(target.path, 'w', content, signal);
  } catch (error) {
    throw toUsage(error, path);
  }
}

/** What `path` leads to, and whether it may be exchanged for another file. */
async function findTarget(path: string): Promise<{ readonly path: string; readonly isReplaced: boolean }> {
  const facts = await stat(path).catch(ifThere);
  if (facts !== undefined)
    return facts.isFile() ? { path: await realpath(path), isReplaced: true } : { path, isReplaced: false };
  // A link to what is not there yet: only the kernel knows where that is.
  const own = await lstat(path).catch(ifThere);
  return { path, isReplaced: own === undefined };
}

function ifThere(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

async function replaceFile(
  path: string,
  content: AsyncIterable<Uint8Array>,
  randomBytes: Surroundings['randomBytes'],
  signal: AbortSignal,
): Promise<void> {
  const temporary = `${path}.${Buffer.from(randomBytes(4)).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, 'wx', content, signal);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeFile(
  path: string,
  flags: 'w' | 'wx',
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(path, flags, 0o644);
  try {
    for await (const chunk of content) {
      signal.throwIfAborted();
      await file.writeFile(chunk);
    }
    if (flags === 'wx') await file.sync(); // devices and pipes have nothing to sync (EINVAL)
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
