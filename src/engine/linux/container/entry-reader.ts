import { MayflyError } from '../../../core/mayfly-error.ts';
import type { LayerEntry } from '../../../image/layer/layer-entry.ts';
import type { LayerMetadata, LayerXattr } from '../../../image/layer-writer.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { errnoOf } from '../client/errno-of.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { parseStatx } from './parse-statx.ts';
import { unlessGone } from './unless-gone.ts';

/** Of a file's content in one reply. */
const partBytes = 1 << 20;
/** Of the attributes of how many files in one tape: each may have 64 KiB of them. */
const xattrsPerTape = 64;

/** Entries of an archive out of a tree of files that stands still: owners, times, attributes, hard links and all. */
export class EntryReader {
  readonly #performer: TapePerformer;
  readonly #dir: Slot;
  readonly #scratch: Slot;
  /** The first name of each file that has several. */
  readonly #firstNames = new Map<string, string>();

  constructor(performer: TapePerformer, dir: Slot, scratch: Slot) {
    this.#performer = performer;
    this.#dir = dir;
    this.#scratch = scratch;
  }

  /** By path, of those that can have any. */
  async xattrs(stats: ReadonlyMap<string, Uint8Array>): Promise<ReadonlyMap<string, readonly LayerXattr[]>> {
    const paths = [...stats].filter(([, statx]) => hasXattrs(statx)).map(([path]) => path);
    const found = new Map<string, readonly LayerXattr[]>();
    for (let at = 0; at < paths.length; at += xattrsPerTape) {
      const part = paths.slice(at, at + xattrsPerTape);
      const list = (path: string): Op => ({ kind: 'listXattrs', dir: this.#dir, path });
      const together = await this.#unlessUnreadable(part.map(list));
      // One that has gone, or lies where there are no attributes, ends the whole tape: then each by itself.
      const replies =
        together ??
        (await Promise.all(part.map(async (path) => (await this.#unlessUnreadable([list(path)]))?.[0])));
      for (const [index, path] of part.entries()) found.set(path, parseXattrs(replies[index]));
    }
    return found;
  }

  async #unlessUnreadable(tape: Tape): Promise<readonly Uint8Array[] | undefined> {
    try {
      return await this.#performer.perform(tape);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  }

  /** Undefined for sockets, which are somebody's. The content is read while the entry is current. */
  async entry(
    path: string,
    name: string,
    statx: Uint8Array,
    xattrs: readonly LayerXattr[],
  ): Promise<LayerEntry | undefined> {
    if (name.includes('\uFFFD'))
      throw new MayflyError('IMAGE_INVALID', `the name ${JSON.stringify(name)} is not UTF-8`);
    const first = this.#firstName(name, statx);
    if (first !== undefined) return { kind: 'hardlink', name, target: first };
    const facts = parseStatx(statx);
    const metadata = toMetadata(statx, xattrs);
    switch (facts.type) {
      case 'directory':
        return { kind: 'directory', name, metadata };
      case 'symlink':
        return { kind: 'symlink', name, target: await this.#target(path), metadata };
      case 'file':
        return {
          kind: 'file',
          name,
          metadata,
          sizeBytes: facts.sizeBytes,
          content: this.#content(path, facts.sizeBytes),
        };
      case 'fifo':
        return { kind: 'fifo', name, metadata };
      case 'char':
      case 'block':
        return { kind: 'device', name };
      case 'socket':
        return undefined;
      default:
        return facts.type satisfies never;
    }
  }

  /** The name under which this file was an entry already. */
  #firstName(name: string, statx: Uint8Array): string | undefined {
    const view = viewOf(statx);
    const isDirectory = parseStatx(statx).type === 'directory';
    if (isDirectory || view.readUInt32LE(16) < 2) return undefined;
    const inode = `${view.readUInt32LE(136)}:${view.readUInt32LE(140)}:${view.readBigUInt64LE(32)}`;
    const first = this.#firstNames.get(inode);
    if (first === undefined) this.#firstNames.set(inode, name);
    return first;
  }

  async #target(path: string): Promise<string> {
    const [reply] = await this.#performer.perform([{ kind: 'readLink', dir: this.#dir, path }]);
    return Buffer.from(reply ?? []).toString();
  }

  /** What is missing of a file that is shorter by now, or gone, is zeroes. */
  async *#content(path: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
    for (let offset = 0; offset < sizeBytes; ) {
      const length = Math.min(partBytes, sizeBytes - offset);
      const part = (await unlessGone(() => this.#readPart(path, offset, length))) ?? new Uint8Array();
      const bytes = part.length === 0 ? new Uint8Array(length) : part;
      offset += bytes.length;
      yield bytes;
    }
  }

  /** Opened for each part: nothing is left open when nobody reads on. */
  async #readPart(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
    const flags = openFlags.O_NONBLOCK;
    const resolve = resolveFlags.RESOLVE_IN_ROOT;
    const slot = this.#scratch;
    const [part] = await this.#performer.perform([
      { kind: 'open', dir: this.#dir, path, flags, mode: 0, resolve, into: slot },
      { kind: 'readSlot', slot, offset, length },
      { kind: 'close', slot },
    ]);
    return part;
  }
}

/** struct statx (statx(2)): nlink at 16, ino at 32, mtime at 112, the device's numbers at 136. */
function viewOf(statx: Uint8Array): Buffer {
  return Buffer.from(statx.buffer, statx.byteOffset, statx.byteLength);
}

function hasXattrs(statx: Uint8Array): boolean {
  const { type } = parseStatx(statx);
  return type === 'file' || type === 'directory';
}

function toMetadata(statx: Uint8Array, xattrs: readonly LayerXattr[]): LayerMetadata {
  const { mode, uid, gid } = parseStatx(statx);
  const view = viewOf(statx);
  const seconds = Number(view.readBigInt64LE(112));
  const mtime =
    seconds < 0 ? { seconds: 0, nanoseconds: 0 } : { seconds, nanoseconds: view.readUInt32LE(120) };
  return { mode, uid, gid, mtime, xattrs };
}

/** NUL-ended names, each followed by a u32 length and the value. overlayfs's own and the host's (SELinux) are no one's content. */
function parseXattrs(reply: Uint8Array | undefined): readonly LayerXattr[] {
  const bytes = Buffer.from(reply ?? []);
  const found: LayerXattr[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    const name = bytes.toString('utf8', at, end);
    const length = bytes.readUInt32LE(end + 1);
    const value = bytes.subarray(end + 5, end + 5 + length);
    at = end + 5 + length;
    if (isContent(name)) found.push({ name, value });
  }
  return found;
}

function isContent(name: string): boolean {
  if (name.startsWith('user.overlay.')) return false;
  return name.startsWith('user.') || name === 'security.capability' || name.startsWith('system.posix_acl_');
}
