import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { LayerWriter } from '../layer-writer.ts';
import { isStaleTemporary, makeTemporaryDirectory, type ProcessIdentity } from './temporary.ts';

/** Others may pass, by names they know, and not look around. */
const passMode = 0o711;

export interface PublicScratchOptions {
  /** `/var/tmp`. */
  readonly temporaryDirectory: string;
  readonly uid: number;
  readonly self: ProcessIdentity;
  readonly nowMs: number;
  readonly openLayerWriter: () => Promise<LayerWriter>;
}

/**
 * A directory outside of the store, which is closed to all but its owner: programs that work under other ids get there. What
 * runs that died have left there is removed first.
 */
export async function makePublicScratch(options: PublicScratchOptions): Promise<string> {
  const parent = await openParent(options);
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const facts = await lstat(path).catch(() => undefined);
    if (facts === undefined || !isStaleTemporary(name, options.nowMs - facts.mtimeMs, options.self)) continue;
    // Others may be at it too, and a later run is.
    await removePublicScratch(path, options.openLayerWriter).catch(() => undefined);
  }
  const made = await makeTemporaryDirectory(parent, options.self);
  await chmod(made, passMode);
  return made;
}

/** What lies in it may belong to subordinate ids, which the layer writer has. */
export async function removePublicScratch(
  path: string,
  openLayerWriter: () => Promise<LayerWriter>,
): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await using writer = await openLayerWriter();
    await writer.remove(path);
  }
}

/** In a directory where everybody writes, the name may be taken by somebody else. */
async function openParent({ temporaryDirectory, uid }: PublicScratchOptions): Promise<string> {
  const parent = join(temporaryDirectory, `mayfly-${uid}`);
  await mkdir(parent, { mode: passMode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const facts = await lstat(parent);
  if (!facts.isDirectory() || facts.uid !== uid) {
    throw new MayflyError('STORE_FAILED', `${parent} is not a directory of user ${uid}`, {
      hint: 'remove it, or set TMPDIR to another place',
    });
  }
  await chmod(parent, passMode);
  return parent;
}
