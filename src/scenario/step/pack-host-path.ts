import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { type Pack, pack } from 'tar-stream';
import { MayflyError } from '../../core/mayfly-error.ts';
import { bytesOf } from './rename-root.ts';

export interface HostFolders {
  /** Absolute: relative paths start here. */
  readonly directory: string;
  readonly allowedHostPaths: readonly string[];
}

/**
 * A tar stream of a file or directory in the scenario's folder, owned by root as `COPY` of a Dockerfile does it. Links are kept as
 * links, never followed out of the folder.
 */
export async function packHostPath(
  path: string,
  { directory, allowedHostPaths }: HostFolders,
): Promise<Readable> {
  const wanted = resolve(directory, path);
  const real = await realpath(wanted).catch((cause: unknown) => {
    throw new MayflyError('PATH_NOT_FOUND', `no \`${path}\` in the scenario's folder`, { cause });
  });
  const folders = await Promise.all(
    [directory, ...allowedHostPaths].map((folder) => realpath(folder).catch(() => undefined)),
  );
  if (
    !folders.some(
      (folder) =>
        folder !== undefined &&
        (real === folder || real.startsWith(folder.endsWith(sep) ? folder : folder + sep)),
    )
  ) {
    throw new MayflyError('SCENARIO_FORBIDDEN', `\`${path}\` does not lie in the scenario's folder`);
  }
  const stream = pack();
  void addAll(stream, real, basename(wanted)).then(
    () => stream.finalize(),
    (error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return Readable.from(bytesOf(stream), { objectMode: false });
}

async function addAll(stream: Pack, path: string, name: string): Promise<void> {
  const stat = await lstat(path);
  const header = { name, mode: stat.mode & 0o7777, uid: 0, gid: 0, mtime: stat.mtime };
  if (stat.isSymbolicLink()) {
    stream.entry({ ...header, type: 'symlink', linkname: await readlink(path) });
  } else if (stat.isDirectory()) {
    stream.entry({ ...header, type: 'directory' });
    for (const child of (await readdir(path)).toSorted())
      await addAll(stream, join(path, child), `${name}/${child}`);
  } else if (stat.isFile()) {
    await addFile(stream, path, { ...header, size: stat.size });
  }
}

async function addFile(
  stream: Pack,
  path: string,
  header: { readonly name: string; readonly size: number },
): Promise<void> {
  const written = new Promise<void>((done, fail) => {
    const sink = stream.entry(header, (error) => (error == null ? done() : fail(error)));
    void (async () => {
      try {
        // One byte more than announced is never sent: a file that grows meanwhile would break the archive.
        if (header.size > 0) {
          for await (const chunk of createReadStream(path, { end: header.size - 1 })) {
            if (!sink.write(chunk)) await new Promise<void>((resume) => sink.once('drain', resume));
          }
        }
        sink.end(null);
      } catch (error) {
        fail(error);
      }
    })();
  });
  await written;
}
