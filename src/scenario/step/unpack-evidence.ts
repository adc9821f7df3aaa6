import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { MayflyError } from '../../core/mayfly-error.ts';
import { feedArchive } from './rename-root.ts';

/**
 * Keeps the regular files of a container's archive below `--output`. The archive is hostile: names that lead elsewhere are
 * refused, and links and devices are left out, since following one on the host would lead anywhere.
 */
export async function unpackEvidence(
  tar: Readable,
  rootName: string,
  to: string,
  save: (path: string, bytes: Uint8Array) => Promise<void>,
): Promise<readonly string[]> {
  const reader = extract();
  void feedArchive(tar, reader);
  const saved: string[] = [];
  for await (const entry of reader) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
    if (entry.header.type !== 'file' && entry.header.type !== 'contiguous-file') continue;
    const path = evidencePath(posix.join(to, relativeName(entry.header.name, rootName)));
    await save(path, Buffer.concat(chunks));
    saved.push(path);
  }
  return saved;
}

/** The root entry's own name is replaced by `to`: `cp a b`. */
function relativeName(name: string, rootName: string): string {
  const path = posix.normalize(name);
  if (path === rootName) return '.';
  return path.startsWith(`${rootName}/`) ? path.slice(rootName.length + 1) : path;
}

/** @throws MayflyError for a path that is absolute or leads out of the folder it is meant for. */
export function evidencePath(path: string): string {
  const normal = posix.normalize(path);
  if (!posix.isAbsolute(normal) && normal !== '.' && normal !== '..' && !normal.startsWith('../'))
    return normal;
  throw new MayflyError('SCENARIO_FORBIDDEN', `\`${path}\` does not lie below --output`, {
    hint: 'write a relative path without ..',
  });
}
