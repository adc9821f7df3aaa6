import { MayflyError } from '../../../core/mayfly-error.ts';
import { errnoOf } from '../client/errno-of.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';

/** What an entry of a layer means to overlayfs. */
export type LayerMark = 'directory' | 'whiteout' | 'other';

/** Of the entries of one directory, in one tape. */
const opsPerTape = 500;

/** Reads directories of layers, below an open descriptor of each. What goes meanwhile is as if it had never been there. */
export class LayerReader {
  readonly #performer: TapePerformer;

  constructor(performer: TapePerformer) {
    this.#performer = performer;
  }

  async names(dir: Slot, path: string): Promise<readonly string[]> {
    const [listing] = await this.#unlessGone([
      { kind: 'listDirectory', dir, path: path === '' ? '.' : path },
    ]);
    const bytes = Buffer.from(listing ?? []);
    const text = bytes.toString();
    // Decoded, such a name is another's: it would vanish without a word.
    if (text.includes('\uFFFD') && !Buffer.from(text).equals(bytes)) throw notText(path, text);
    return text.split('\0').filter((name) => name !== '');
  }

  /** A directory that hides those below it. */
  async isOpaque(dir: Slot, path: string): Promise<boolean> {
    const [xattrs] = await this.#unlessGone([{ kind: 'listXattrs', dir, path }]);
    return Buffer.from(xattrs ?? [])
      .toString('latin1')
      .includes(opaqueAttribute);
  }

  /** By path; those that are not there are not in it. */
  async marks(dir: Slot, paths: readonly string[]): Promise<ReadonlyMap<string, LayerMark>> {
    const found = await this.stats(dir, paths);
    return new Map([...found].map(([path, statx]) => [path, markOf(statx)]));
  }

  /** `struct statx` by path, in the order of the paths; those that are not there are not in it. */
  async stats(dir: Slot, paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const found = new Map<string, Uint8Array>();
    const statOf = (path: string): Op => ({ kind: 'stat', dir, path, flags: 0 });
    for (let at = 0; at < paths.length; at += opsPerTape) {
      const part = paths.slice(at, at + opsPerTape);
      const together = await this.#unlessGone(part.map(statOf));
      // One that has gone ends the whole tape: then each by itself.
      const replies =
        together.length === part.length
          ? together
          : await Promise.all(part.map(async (path) => (await this.#unlessGone([statOf(path)]))[0]));
      for (const [index, path] of part.entries()) {
        const reply = replies[index];
        if (reply !== undefined) found.set(path, reply);
      }
    }
    return found;
  }

  async #unlessGone(tape: Tape): Promise<readonly Uint8Array[]> {
    try {
      return await this.#performer.perform(tape);
    } catch (error) {
      if (isGone(error)) return [];
      throw error;
    }
  }
}

/** The name, its end, the length of the value as u32, the value (overlayfs.rst, `userxattr`). */
const opaqueAttribute = 'user.overlay.opaque\0\x01\0\0\0y';

/** struct statx: mode at 28, the device's numbers at 128 and 132. A whiteout is a character device 0:0. */
export function markOf(statx: Uint8Array): LayerMark {
  const view = Buffer.from(statx.buffer, statx.byteOffset, statx.byteLength);
  const type = view.readUInt16LE(28) & 0o170000;
  if (type === 0o040000) return 'directory';
  const isWhiteout = type === 0o020000 && view.readUInt32LE(128) === 0 && view.readUInt32LE(132) === 0;
  return isWhiteout ? 'whiteout' : 'other';
}

function notText(path: string, text: string): MayflyError {
  const name = text.split('\0').find((each) => each.includes('\uFFFD')) ?? '';
  return new MayflyError('IMAGE_INVALID', `the name ${JSON.stringify(name)} in /${path} is not UTF-8`);
}

function isGone(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}
