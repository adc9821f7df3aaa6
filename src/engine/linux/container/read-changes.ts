import type { FileChange, FileChanges } from '../../../core/engine.ts';
import type { Slot } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { type LayerMark, LayerReader } from './layer-reader.ts';
import { lookBelow } from './look-below.ts';
import type { OwnFiles } from './own-files.ts';

/**
 * Compares what a container has written with what lies below, as overlayfs puts them together (overlayfs.rst, "Upper and Lower"):
 * the upper directory holds what was added or copied up, whiteouts for what was deleted, and opaque directories that hide those
 * below. The container may go on writing meanwhile.
 */
export async function readChanges(
  performer: TapePerformer,
  files: OwnFiles,
  most: number,
): Promise<FileChanges> {
  const comparison = new Comparison(new LayerReader(performer), files, most);
  await comparison.walk('', files.lowers);
  return { entries: comparison.entries.slice(0, most), isCut: comparison.entries.length > most };
}

class Comparison {
  readonly entries: FileChange[] = [];
  readonly #reader: LayerReader;
  readonly #files: OwnFiles;
  readonly #most: number;

  constructor(reader: LayerReader, files: OwnFiles, most: number) {
    this.#reader = reader;
    this.#files = files;
    this.#most = most;
  }

  /** Of a directory of the upper layer, merged with `lowers`. Says whether something is mounted in it. */
  async walk(path: string, lowers: readonly Slot[]): Promise<boolean> {
    const { upper, mountPoints } = this.#files;
    const names = await this.#reader.names(upper, path);
    const held = await Promise.all(lowers.map((slot) => this.#reader.names(slot, path)));
    const holding = (name: string): readonly Slot[] => lowers.filter((_, at) => held[at]?.includes(name));
    const isOpaque = path !== '' && lowers.length > 0 && (await this.#reader.isOpaque(upper, path));
    const hidden = isOpaque ? held.flat() : [];
    const marks = await this.#reader.marks(
      upper,
      names.map((name) => join(path, name)),
    );
    let holdsMounts = false;
    for (const name of [...new Set([...names, ...hidden])].toSorted()) {
      if (this.entries.length > this.#most) break;
      const child = join(path, name);
      const mark = marks.get(child);
      if (mountPoints.has(`/${child}`)) holdsMounts = true;
      else if (mark !== undefined)
        holdsMounts = (await this.#compare(child, mark, holding(name))) || holdsMounts;
      else if (hidden.includes(name) && (await lookBelow(this.#reader, child, holding(name))).exists)
        this.#add(child, 'deleted');
    }
    return holdsMounts;
  }

  async #compare(path: string, mark: LayerMark, holding: readonly Slot[]): Promise<boolean> {
    if (mark === 'whiteout') {
      this.#add(path, 'deleted');
      return false;
    }
    const below = await lookBelow(this.#reader, path, holding);
    const at = this.entries.length;
    this.#add(path, below.exists ? 'changed' : 'added');
    if (mark !== 'directory') return false;
    const holdsMounts = await this.walk(path, below.directories);
    // It is there only for what is mounted in it.
    if (holdsMounts && this.entries.length === at + 1) this.entries.pop();
    return holdsMounts;
  }

  #add(path: string, change: FileChange['change']): void {
    this.entries.push({ path: `/${path}`, change });
  }
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);
