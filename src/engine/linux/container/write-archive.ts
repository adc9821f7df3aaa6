import type { Readable } from 'node:stream';
import type { Header } from 'tar-stream';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { fileTypes, openFlags, resolveFlags } from '../abi/open-flags.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';

export interface ArchiveTarget {
  /** The directory to extract into; paths of entries are resolved below it by the kernel. */
  readonly directory: Slot;
  readonly scratch: Slot;
  /** For errors: `web:/srv`. */
  readonly where: string;
}

const EXISTING_IS_FINE = 1;
/** Of a file's content in one tape. */
const partBytes = 1 << 20;
/** Entries of one archive copied into a container. */
const mostEntries = 100_000;

/** Extracts a tar stream as tar(1) does: existing files are replaced, directories merged. Devices are refused. */
export async function writeArchive(
  performer: TapePerformer,
  target: ArchiveTarget,
  tar: Readable,
): Promise<void> {
  const { extract } = await import('tar-stream');
  const entries = extract();
  tar.on('error', (error) => entries.destroy(error));
  tar.pipe(entries);
  let count = 0;
  for await (const entry of entries) {
    count += 1;
    if (count > mostEntries)
      throw new MayflyError(
        'OUTPUT_LIMIT',
        `${target.where}: the archive has more than ${mostEntries} entries`,
      );
    await writeEntry(performer, target, entry.header, entry as AsyncIterable<Uint8Array>);
    entry.resume();
  }
}

async function writeEntry(
  performer: TapePerformer,
  target: ArchiveTarget,
  header: Header,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const path = entryPath(header.name, target);
  if (path === undefined) return;
  const { directory: dir, scratch } = target;
  const mode = header.mode ?? 0o644;
  const replace: Op = { kind: 'unlink', dir, path, flags: 0, missing: 1 };
  const finish = metadata(dir, path, header, header.type === 'symlink');
  switch (header.type) {
    case 'directory':
      await performer.perform([
        ...parents(dir, path),
        { kind: 'mkdir', dir, path, mode, flags: EXISTING_IS_FINE },
        ...finish,
      ]);
      return;
    case 'symlink':
      await performer.perform([
        ...parents(dir, path),
        replace,
        { kind: 'symlink', dir, path, target: header.linkname ?? '' },
        ...finish,
      ]);
      return;
    case 'link': {
      const fromPath = entryPath(header.linkname ?? '', target) ?? '';
      await performer.perform([
        ...parents(dir, path),
        replace,
        { kind: 'link', fromDir: dir, fromPath, dir, path },
      ]);
      return;
    }
    case 'fifo':
      await performer.perform([
        ...parents(dir, path),
        replace,
        { kind: 'mknod', dir, path, mode: fileTypes.S_IFIFO | mode, device: 0 },
        ...finish,
      ]);
      return;
    case 'file':
    case 'contiguous-file':
      await performer.perform([...parents(dir, path), replace, createFile(dir, path, scratch)]);
      for await (const part of content) {
        for (let at = 0; at < part.length; at += partBytes) {
          await performer.perform([
            { kind: 'writeSlot', slot: scratch, data: part.subarray(at, at + partBytes) },
          ]);
        }
      }
      await performer.perform([{ kind: 'close', slot: scratch }, ...finish]);
      return;
    default:
      throw new MayflyError(
        'IMAGE_HOSTILE',
        `${target.where}: ${header.name} is a ${header.type}, which is not copied`,
      );
  }
}

function createFile(dir: Slot, path: string, into: Slot): Op {
  const { O_CREAT, O_EXCL, O_WRONLY } = openFlags;
  return {
    kind: 'open',
    dir,
    path,
    flags: O_CREAT | O_EXCL | O_WRONLY,
    mode: 0o600,
    resolve: resolveFlags.RESOLVE_IN_ROOT,
    into,
  };
}

function metadata(dir: Slot, path: string, header: Header, isLink: boolean): Tape {
  return [
    { kind: 'chown', dir, path, uid: header.uid ?? 0, gid: header.gid ?? 0 },
    ...(isLink ? [] : [{ kind: 'chmod', dir, path, mode: header.mode ?? 0o644 } as const]),
    {
      kind: 'setTimes',
      dir,
      path,
      seconds: Math.floor((header.mtime?.getTime() ?? 0) / 1000),
      nanoseconds: 0,
    },
  ];
}

function parents(dir: Slot, path: string): Tape {
  const components = path.split('/').slice(0, -1);
  return components.map((_, at) => ({
    kind: 'mkdir',
    dir,
    path: components.slice(0, at + 1).join('/'),
    mode: 0o755,
    flags: EXISTING_IS_FINE,
  }));
}

/** Undefined for the directory itself. */
function entryPath(name: string, { where }: ArchiveTarget): string | undefined {
  const components = name.split('/').filter((each) => each !== '' && each !== '.');
  if (components.includes('..'))
    throw new MayflyError('IMAGE_HOSTILE', `${where}: the archive has an entry ${JSON.stringify(name)}`);
  return components.length === 0 ? undefined : components.join('/');
}
