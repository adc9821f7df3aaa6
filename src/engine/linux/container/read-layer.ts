import type { LayerEntry } from '../../../image/layer/layer-entry.ts';
import type { LayerMetadata } from '../../../image/layer-writer.ts';
import type { Slot } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { EntryReader } from './entry-reader.ts';
import { LayerReader, markOf } from './layer-reader.ts';
import { lookBelow } from './look-below.ts';
import type { OwnFiles } from './own-files.ts';
import { parseStatx } from './parse-statx.ts';

/** Of a whiteout, which is only a name (image-spec, layer.md). */
const whiteoutMetadata: LayerMetadata = {
  mode: 0o600,
  uid: 0,
  gid: 0,
  mtime: { seconds: 0, nanoseconds: 0 },
  xattrs: [],
};

/**
 * What a container has written, as the layer of an image (image-spec, layer.md): what overlayfs keeps in the upper directory,
 * its whiteouts and opaque directories as entries by name. In the same order each time.
 */
export async function* readLayer(
  performer: TapePerformer,
  files: OwnFiles,
  scratch: Slot,
): AsyncGenerator<LayerEntry> {
  const layer = new UpperLayer(performer, files, scratch);
  yield* layer.walk('', files.lowers, []);
}

/** Of a directory: whether anything in it was told of, and whether something is mounted in it. */
interface Walked {
  readonly told: boolean;
  readonly holdsMounts: boolean;
}

class UpperLayer {
  readonly #reader: LayerReader;
  readonly #entries: EntryReader;
  readonly #files: OwnFiles;

  constructor(performer: TapePerformer, files: OwnFiles, scratch: Slot) {
    this.#reader = new LayerReader(performer);
    this.#entries = new EntryReader(performer, files.upper, scratch);
    this.#files = files;
  }

  /**
   * A directory merged with `lowers`. `parents` are entries of directories that are told of before the first thing in them;
   * one that is there only for what is mounted in it is never told of.
   */
  async *walk(
    path: string,
    lowers: readonly Slot[],
    parents: readonly LayerEntry[],
  ): AsyncGenerator<LayerEntry, Walked> {
    const { upper, mountPoints } = this.#files;
    const names = (await this.#reader.names(upper, path)).toSorted(byBytes);
    const stats = await this.#reader.stats(
      upper,
      names.map((name) => join(path, name)),
    );
    const xattrs = await this.#entries.xattrs(stats);
    const held = await Promise.all(lowers.map((slot) => this.#reader.names(slot, path)));
    let told = false;
    let holdsMounts = false;
    for (const [child, statx] of stats) {
      if (mountPoints.has(`/${child}`)) {
        holdsMounts = true;
        continue;
      }
      const name = child.slice(path === '' ? 0 : path.length + 1);
      const waiting: readonly LayerEntry[] = told ? [] : parents;
      if (markOf(statx) === 'whiteout') {
        yield* waiting;
        yield whiteout(join(path, `.wh.${name}`));
        told = true;
        continue;
      }
      const entry = await this.#entries.entry(child, child, statx, xattrs.get(child) ?? []);
      if (entry === undefined) continue;
      if (entry.kind !== 'directory') {
        yield* waiting;
        yield entry;
        told = true;
        continue;
      }
      const holding = lowers.filter((_, at) => held[at]?.includes(name));
      const inside: Walked = yield* this.#directory(child, entry, holding, waiting);
      told ||= inside.told;
      holdsMounts ||= inside.holdsMounts;
    }
    return { told, holdsMounts };
  }

  /** Whether a directory is other than below; where nothing is below, than one that was made to mount something in it. */
  async #differs(path: string, entry: LayerEntry, below: Slot | undefined): Promise<boolean> {
    if (!('metadata' in entry)) return false;
    const { mode, uid, gid, xattrs } = entry.metadata;
    if (below === undefined) return mode !== 0o755 || uid !== 0 || gid !== 0 || xattrs.length > 0;
    const statx = (await this.#reader.stats(below, [path])).get(path);
    if (statx === undefined) return false;
    const was = parseStatx(statx);
    return mode !== was.mode || uid !== was.uid || gid !== was.gid;
  }

  async *#directory(
    path: string,
    entry: LayerEntry,
    holding: readonly Slot[],
    parents: readonly LayerEntry[],
  ): AsyncGenerator<LayerEntry, Walked> {
    const below = await lookBelow(this.#reader, path, holding);
    const hides = below.directories.length > 0 && (await this.#reader.isOpaque(this.#files.upper, path));
    const opening = hides ? [entry, whiteout(join(path, '.wh..wh..opq'))] : [entry];
    const inside = yield* this.walk(path, hides ? [] : below.directories, [...parents, ...opening]);
    if (inside.told) return inside;
    // There only for what is mounted in it, unless it was changed itself.
    if (inside.holdsMounts && !hides && !(await this.#differs(path, entry, below.directories[0])))
      return inside;
    yield* [...parents, ...opening];
    return { ...inside, told: true };
  }
}

function whiteout(name: string): LayerEntry {
  return { kind: 'file', name, metadata: whiteoutMetadata, sizeBytes: 0, content: nothing() };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);

/** As a tool in any language would sort them. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
