import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** A folder and those above it. Node's own `recursive` never comes back where a file system refuses new ones (/proc). */
export function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error; // EEXIST: another was faster
  }
}
