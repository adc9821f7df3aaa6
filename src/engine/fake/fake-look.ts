import type { ImageFiles } from '../../core/engine.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { packTree } from './fake-archive.ts';
import type { FakeFileSystem } from './fake-file-system.ts';
import { FakeSystemError } from './fake-system-error.ts';

type Look = Pick<ImageFiles, 'stat' | 'readFile' | 'readArchive'>;

/** Looking at files, as containers and images offer it. */
export function lookInto(files: FakeFileSystem): Look {
  return {
    stat: async (path, options = {}) => {
      const node = files.lookup(path, options.followLinks ?? true);
      if (node === undefined) return undefined;
      const { type, mode, uid, gid, modifiedAtMs } = node;
      const facts = { type, mode, uid, gid, sizeBytes: node.content.length, modifiedAtMs };
      return type === 'symlink' ? { ...facts, target: node.target } : facts;
    },
    readFile: async (path, maxBytes) => {
      const content = orPathError(() => files.read(path));
      if (content.length <= maxBytes) return content;
      throw new MayflyError(
        'OUTPUT_LIMIT',
        `\`${path}\` has ${content.length} bytes, more than the limit of ${maxBytes}`,
      );
    },
    readArchive: (path) => packTree(files, path),
  };
}

function orPathError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FakeSystemError)) throw error;
    throw new MayflyError('PATH_NOT_FOUND', error.message, { cause: error });
  }
}
