import { rename, rm, writeFile } from 'node:fs/promises';
import type { Surroundings } from './surroundings.ts';

/** Whoever reads the file meanwhile, and whoever writes it too, sees the old one or a new one, whole. */
export async function writeWhole(
  path: string,
  text: string,
  randomBytes: Surroundings['randomBytes'],
  mode = 0o666,
): Promise<void> {
  const temporary = `${path}.${Buffer.from(randomBytes(4)).toString('hex')}.tmp`;
  try {
    await writeFile(temporary, text, { mode, flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
