import { posix } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { FakeFileSystem } from './fake-file-system.ts';
import type { FakePrograms } from './fake-program.ts';

/** By the base name, as every image of the fake engine has all programs. */
export function findProgram(
  name: string,
  programs: FakePrograms,
  files: FakeFileSystem,
): FakePrograms[string] {
  const program = programs[posix.basename(name)];
  const file = name.startsWith('/') ? files.lookup(name) : undefined;
  if (file !== undefined && (file.type === 'directory' || (file.mode & 0o111) === 0)) {
    throw new MayflyError('PROGRAM_NOT_EXECUTABLE', `\`${name}\` cannot be executed`);
  }
  if (program === undefined)
    throw new MayflyError('PROGRAM_NOT_FOUND', `no program \`${name}\` in the image`);
  return program;
}
