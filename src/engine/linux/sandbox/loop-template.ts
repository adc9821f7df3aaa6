import { text } from 'node:stream/consumers';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Host } from '../host.ts';

const blockBytes = 4096;
/** mke2fs(8) makes nothing smaller of these blocks. */
export const leastLoopBytes = 256 * 1024;

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
  await using file = await host
    .openUnnamed(memoryDirectory, bytes)
    .catch(() => host.openUnnamed(directory, bytes));
  await format(host, file.path);
  return await use(file.path);
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
  throw new MayflyError('HOST_MISSING_FEATURE', `${program} ended with ${status}: ${(await said).trim()}`, {
    hint,
  });
}
