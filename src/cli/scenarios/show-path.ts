import { relative, sep } from 'node:path';

/** A path as a person would write it: from the working directory where it lies below it, else absolute. */
export function showPath(path: string, workingDirectory: string): string {
  const shown = relative(workingDirectory, path);
  return shown === '' || shown === '..' || shown.startsWith(`..${sep}`) ? path : shown;
}
