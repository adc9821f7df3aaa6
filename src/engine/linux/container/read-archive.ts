import { posix } from 'node:path';
import type { Pack } from 'tar-stream';
import type { FileFacts } from '../../../core/engine.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import type { Slot, Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { parseStatx } from './parse-statx.ts';

export interface ArchiveSource {
  readonly root: Slot;
  readonly scratch: Slot;
  /** Below the root. */
  readonly path: string;
}

/** Of a file's content in one reply. */
const partBytes = 1 << 20;

/**
 * Writes `path` and all below it into the pack; the entry of `path` itself has its base name, as in Docker's archives. The tree may
 * change meanwhile: a file that grows is cut at its size, one that shrinks is filled with zeroes, one that goes is left out.
 */
export async function readArchive(
  performer: TapePerformer,
  source: ArchiveSource,
  pack: Pack,
): Promise<void> {
  await addEntry(performer, source, source.path, posix.basename(`/${source.path}`) || '.', pack);
  pack.finalize();
}

async function addEntry(
  performer: TapePerformer,
  source: ArchiveSource,
  path: string,
  name: string,
  pack: Pack,
): Promise<void> {
  const facts = await statOf(performer, source.root, path);
  if (facts === undefined) return;
  const header = {
    name,
    mode: facts.mode,
    uid: facts.uid,
    gid: facts.gid,
    mtime: new Date(facts.modifiedAtMs),
  };
  switch (facts.type) {
    case 'directory': {
      pack.entry({ ...header, type: 'directory' });
      const [listing] = await performer.perform([
        { kind: 'listDirectory', dir: source.root, path: path === '' ? '.' : path },
      ]);
      const names = Buffer.from(listing ?? [])
        .toString()
        .split('\0')
        .filter((each) => each !== '');
      for (const each of names.toSorted()) {
        await addEntry(
          performer,
          source,
          path === '' || path === '.' ? each : `${path}/${each}`,
          `${name}/${each}`,
          pack,
        );
      }
      return;
    }
    case 'symlink': {
      const [target] = await performer.perform([{ kind: 'readLink', dir: source.root, path }]);
      pack.entry({ ...header, type: 'symlink', linkname: Buffer.from(target ?? []).toString() });
      return;
    }
    case 'file':
      await addFile(performer, source, path, { ...header, size: facts.sizeBytes }, pack);
      return;
    case 'fifo':
      pack.entry({ ...header, type: 'fifo' });
      return;
    default: // sockets and devices are not copied, as Docker leaves sockets out
  }
}

async function addFile(
  performer: TapePerformer,
  { root, scratch }: ArchiveSource,
  path: string,
  header: { readonly name: string; readonly size: number },
  pack: Pack,
): Promise<void> {
  const flags = openFlags.O_NONBLOCK;
  const open: Tape = [
    { kind: 'open', dir: root, path, flags, mode: 0, resolve: resolveFlags.RESOLVE_IN_ROOT, into: scratch },
  ];
  await performer.perform(open);
  const entry = pack.entry({ ...header, type: 'file' });
  for (let offset = 0; offset < header.size; ) {
    const length = Math.min(partBytes, header.size - offset);
    const [part] = await performer.perform([{ kind: 'readSlot', slot: scratch, offset, length }]);
    const bytes = part === undefined || part.byteLength === 0 ? Buffer.alloc(length) : Buffer.from(part);
    offset += bytes.byteLength;
    if (!entry.write(bytes)) await new Promise<void>((resolve) => entry.once('drain', () => resolve()));
  }
  entry.end(Buffer.alloc(0));
  await performer.perform([{ kind: 'close', slot: scratch }]);
}

async function statOf(performer: TapePerformer, root: Slot, path: string): Promise<FileFacts | undefined> {
  return performer.perform([{ kind: 'stat', dir: root, path: path === '' ? '.' : path, flags: 0 }]).then(
    ([reply]) => (reply === undefined ? undefined : parseStatx(reply)),
    () => undefined,
  );
}
