import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readRange } from '../read-file.ts';
import type { ImageFiles } from './image-files.ts';

/** A layout in a directory. Only fixed names and digests are asked for, so that no path of the layout's own making is followed. */
export function directoryFiles(directory: string): ImageFiles {
  return {
    where: directory,
    has: (path) => statSync(join(directory, path), { throwIfNoEntry: false })?.isFile() === true,
    open: (path) => readRange(join(directory, path)),
  };
}
