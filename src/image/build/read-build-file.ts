import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { mostDockerfileBytes } from './dockerfile/parse-dockerfile.ts';

/**
 * The text of a Dockerfile or .dockerignore. One that lies in the context is read of the context alone: contexts are other people's,
 * and a link out of it would show a file of this machine in an error. One that was named elsewhere is its user's own.
 */
export function readBuildFile(path: string, context: string): string {
  const real = realpathSync(path);
  if (isWithin(path, context) && !isWithin(real, realpathSync(context)))
    throw new MayflyError('DOCKERFILE_INVALID', `${path} is a link that leads out of the context`, {
      hint: 'put a copy there, or name the file itself with `-f`',
    });
  const bytes = readRegularFile(real, path);
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  throw new MayflyError('DOCKERFILE_INVALID', `${path} is not UTF-8`);
}

function isWithin(path: string, directory: string): boolean {
  return relative(directory, path).split('/')[0] !== '..';
}

/** A pipe would hang, a device do worse; and what is too large is not read first. */
function readRegularFile(real: string, named: string): Buffer {
  const file = openSync(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!fstatSync(file).isFile())
      throw new MayflyError('DOCKERFILE_INVALID', `${named} is not a regular file`);
    const buffer = Buffer.alloc(mostDockerfileBytes + 1);
    let size = 0;
    for (let count = -1; count !== 0 && size < buffer.length; size += count)
      count = readSync(file, buffer, size, buffer.length - size, null);
    if (size > mostDockerfileBytes)
      throw new MayflyError('DOCKERFILE_INVALID', `${named} is larger than ${mostDockerfileBytes} bytes`);
    return buffer.subarray(0, size);
  } finally {
    closeSync(file);
  }
}
