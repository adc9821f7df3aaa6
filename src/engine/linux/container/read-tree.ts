import { posix } from 'node:path';
import type { LayerEntry } from '../../../image/layer/layer-entry.ts';
import type { Slot } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { EntryReader } from './entry-reader.ts';
import { LayerReader } from './layer-reader.ts';
import { unlessGone } from './unless-gone.ts';

export interface TreeSource {
  readonly root: Slot;
  readonly scratch: Slot;
  /** Below the root; empty for the root itself. */
  readonly path: string;
}

/**
 * A path and all below it; its own entry has its base name, as in Docker's archives. The tree may change meanwhile: a file that
 * grows is cut at its size, one that shrinks is filled with zeroes, one that goes is left out. Sockets and devices are not copied.
 */
export async function* readTree(performer: TapePerformer, source: TreeSource): AsyncGenerator<LayerEntry> {
  const entries = new EntryReader(performer, source.root, source.scratch);
  const reader = new LayerReader(performer);
  const base = source.path === '' ? '.' : posix.basename(source.path);
  async function* read(
    paths: readonly string[],
    nameOf: (path: string) => string,
  ): AsyncGenerator<LayerEntry> {
    const stats = await reader.stats(source.root, paths);
    const xattrs = (await unlessGone(() => entries.xattrs(stats))) ?? new Map();
    for (const [path, statx] of stats) {
      const name = nameOf(path);
      const entry = await unlessGone(() => entries.entry(path, name, statx, xattrs.get(path) ?? []));
      if (entry === undefined || entry.kind === 'device') continue;
      yield entry;
      if (entry.kind !== 'directory') continue;
      const below = path === '.' ? '' : `${path}/`;
      const names = (await reader.names(source.root, path)).toSorted();
      yield* read(
        names.map((each) => `${below}${each}`),
        (child) => `${name}/${child.slice(below.length)}`,
      );
    }
  }
  yield* read([source.path === '' ? '.' : source.path], () => base);
}
