import { text } from 'node:stream/consumers';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Host, UnnamedFile } from '../host.ts';

const blockBytes = 4096;
/** mke2fs(8) makes nothing smaller of these blocks. */
export const leastLoopBytes = 256 * 1024;
/** The tables of more would themselves be hundreds of megabytes. */
export const mostLoopBytes = 2 ** 40;

/**
 * An ext4 of that size, of which only the tables are written: no journal, since it is never mounted a second time; nothing kept for
 * root; an inode for every 8 KiB, as source trees want them.
 */
const formatArguments = [
  ...['-q', '-F', '-b', `${blockBytes}`, '-i', '8192', '-I', '256', '-m', '0'],
  ...['-O', '^has_journal,^resize_inode', '-E', 'lazy_itable_init=1,nodiscard'],
];

/** Where the kernel keeps files in memory: mke2fs waits for the disk several times, and not there. */
const memoryDirectory = '/dev/shm';

/** Formats a file without a name, and gives its path for as long as `use` lasts. */
export async function withLoopTemplate<T>(
  host: Host,
  sizeBytes: number,
  directory: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const bytes = Math.floor(sizeBytes / blockBytes) * blockBytes;
  // Where that is small, or not there, it is done where the copies will be.
  await using template = await formatIn(host, memoryDirectory, bytes).catch(() =>
    formatIn(host, directory, bytes),
  );
  return await use(template.path);
}

async function formatIn(host: Host, directory: string, bytes: number): Promise<UnnamedFile> {
  const file = await host.openUnnamed(directory, bytes).catch((cause: Error) => {
    const message = `a file of ${bytes} bytes without a name cannot be made in ${directory}: ${cause.message}`;
    throw new MayflyError('HOST_LIMIT_UNAVAILABLE', message, { cause });
  });
  try {
    await format(host, file.path);
    return file;
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

async function format(host: Host, path: string): Promise<void> {
  const program = 'mkfs.ext4';
  const hint = 'install e2fsprogs, or use `upper: tmpfs` (Linux 6.6)';
  const running = host.spawnProgram([program, ...formatArguments, path], {
    environment: {},
    workingDirectory: '/',
  });
  const said = text(running.stderr);
  running.stdout.resume();
  const status = await running.ended.catch((cause: unknown) => {
    throw new MayflyError('HOST_MISSING_PROGRAM', `${program} is not installed`, { cause, hint });
  });
  if (status === 0) return;
  throw new MayflyError('HOST_LIMIT_UNAVAILABLE', `${program} ended with ${status}: ${(await said).trim()}`, {
    hint,
  });
}
