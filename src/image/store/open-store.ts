import { chmod, lstat, mkdir } from 'node:fs/promises';
import { MayflyError } from '../../core/mayfly-error.ts';
import { type StorePaths, storePaths } from './store-paths.ts';

/**
 * Makes the store's directories. The root is 0700: layers hold other images' set-uid programs, which no other user of the
 * machine may reach (CVE-2021-41103).
 */
export async function openStore(root: string, uid: number): Promise<StorePaths> {
  const paths = storePaths(root);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const facts = await lstat(root);
  if (!facts.isDirectory()) throw new MayflyError('STORE_FAILED', `the store ${root} is not a directory`);
  if (facts.uid !== uid) {
    throw new MayflyError('STORE_FAILED', `the store ${root} belongs to user ${facts.uid}, not to ${uid}`, {
      hint: 'choose another store directory',
    });
  }
  if ((facts.mode & 0o077) !== 0) await chmod(root, 0o700);
  const { layers, layerRecords, images, catalogue, names, blobs, buildCache, scratch } = paths;
  for (const directory of [layers, layerRecords, images, catalogue, names, blobs, buildCache, scratch])
    await mkdir(directory, { recursive: true, mode: 0o700 });
  return paths;
}
