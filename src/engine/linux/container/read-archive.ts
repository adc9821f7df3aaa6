import { posix } from 'node:path';
import type { Pack } from 'tar-stream';
import type { FileFacts } from '../../../core/engine.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { errnoOf } from '../client/errno-of.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
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
  if (!pack.destroyed) pack.finalize();
}

async function addEntry(
  performer: TapePerformer,
  source: ArchiveSource,
  path: string,
  name: string,
  pack: Pack,
): Promise<void> {
  if (pack.destroyed) return; // nobody reads any more
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
      const listing = await replyUnlessGone(performer, [
        { kind: 'listDirectory', dir: source.root, path: path === '' ? '.' : path },
      ]);
      if (listing === undefined) return;
      pack.entry({ ...header, type: 'directory' });
      const names = Buffer.from(listing)
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
      const target = await replyUnlessGone(performer, [{ kind: 'readLink', dir: source.root, path }]);
      if (target === undefined) return;
      pack.entry({ ...header, type: 'symlink', linkname: Buffer.from(target).toString() });
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
  // Reading nothing tells whether it is still a file: what has become a FIFO or a directory meanwhile is left out too.
  const probe: Op = { kind: 'readSlot', slot: scratch, offset: 0, length: 0 };
  if ((await replyUnlessGone(performer, [...open, probe])) === undefined) return;
  const entry = pack.entry({ ...header, type: 'file' });
  entry.on('error', () => {}); // the reader has gone, and with it the pack
  for (let offset = 0; offset < header.size; ) {
    const length = Math.min(partBytes, header.size - offset);
    const [part] = await performer.perform([{ kind: 'readSlot', slot: scratch, offset, length }]);
    const bytes = part === undefined || part.byteLength === 0 ? Buffer.alloc(length) : Buffer.from(part);
    offset += bytes.byteLength;
    if (pack.destroyed) break;
    if (!entry.write(bytes)) await drained(entry);
  }
  entry.end(Buffer.alloc(0));
  await performer.perform([{ kind: 'close', slot: scratch }]);
}

/** Or destroyed, which is looked for before the next write. */
function drained(entry: ReturnType<Pack['entry']>): Promise<void> {
  return new Promise((resolve) => {
    entry.once('drain', resolve);
    entry.once('close', resolve);
  });
}

async function statOf(performer: TapePerformer, root: Slot, path: string): Promise<FileFacts | undefined> {
  const reply = await replyUnlessGone(performer, [
    { kind: 'stat', dir: root, path: path === '' ? '.' : path, flags: 0 },
  ]);
  return reply === undefined ? undefined : parseStatx(reply);
}

/** What a file that is renamed, removed or replaced while it is read gives. */
const goneErrors = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ESPIPE', 'EINVAL', 'ENXIO'];

async function replyUnlessGone(performer: TapePerformer, tape: Tape): Promise<Uint8Array | undefined> {
  try {
    return (await performer.perform(tape)).at(-1);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== undefined && goneErrors.includes(errno)) return undefined;
    throw error;
  }
}
