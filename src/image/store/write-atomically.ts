import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeTemporaryDirectory, type ProcessIdentity } from './temporary.ts';

/** A file appears whole or not at all, also across a power cut: temporary name, fsync, rename, fsync of the directory. */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  self: ProcessIdentity,
): Promise<void> {
  const directory = dirname(path);
  const temporary = await makeTemporaryDirectory(directory, self);
  try {
    const written = join(temporary, basename(path));
    const file = await open(written, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(written, path);
    await syncDirectory(directory);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
