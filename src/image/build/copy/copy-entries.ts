import { posix } from 'node:path';
import type { LayerEntry } from '../../layer/layer-entry.ts';
import type { LayerMetadata } from '../../layer-writer.ts';
import type { CopyItem } from './copy-item.ts';
import type { CopyTarget, Owner } from './copy-target.ts';

export interface CopyPlan {
  readonly items: readonly CopyItem[];
  /** Absolute; with a slash at the end it is a directory. */
  readonly destination: string;
  /** Undefined: as the source has it. */
  readonly owner: Owner | undefined;
  readonly changeMode: ((mode: number, isDirectory: boolean) => number) | undefined;
}

/** The entries of the layer that a COPY makes. */
export async function* copyEntries(plan: CopyPlan, target: CopyTarget): AsyncGenerator<LayerEntry> {
  const { destination, items } = plan;
  const wantsDirectory = destination.endsWith('/');
  const root = await target.resolve(destination);
  if (root.exists && !root.isDirectory && (wantsDirectory || items.some(({ isDirectory }) => isDirectory)))
    throw new Error(`${destination} is there, and is not a directory`);
  if (items.length > 1 && !wantsDirectory && !root.isDirectory)
    throw new Error(`several files need a directory: write \`${destination}/\``);
  for (const item of items) {
    if (item.isDirectory) yield* copyDirectory(item, root.path, plan, target);
    else {
      const isInside = wantsDirectory || root.isDirectory;
      // Links lead to the directory; one in it of the file's own name is replaced.
      const path = isInside ? posix.join(root.path, item.baseName) : root.path;
      yield* target.parents(path);
      for await (const entry of item.entries()) yield await target.place(path, change(entry, plan));
    }
  }
}

/**
 * What is in it goes there. Its own mode and owner do not: a target that is new is made as any directory on the way (fsutil,
 * copy.go, prepareTargetDir). Links to directories are followed.
 */
async function* copyDirectory(
  item: CopyItem,
  root: string,
  plan: CopyPlan,
  target: CopyTarget,
): AsyncGenerator<LayerEntry> {
  /** Where its directories have come to lie. */
  const places = new Map<string, string>([['', root]]);
  const placeOf = async (name: string): Promise<string> => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const above = await placeOf(name.includes('/') ? posix.dirname(name) : '');
    const { path } = await target.resolve(posix.join(above, posix.basename(name)));
    places.set(name, path);
    return path;
  };
  const inPlace = async (name: string): Promise<string> =>
    posix.join(await placeOf(name.includes('/') ? posix.dirname(name) : ''), posix.basename(name));
  for await (const source of item.entries()) {
    const entry = change(source, plan);
    if (entry.kind === 'directory') {
      const path = await placeOf(entry.name);
      const isKept = entry.name === '' || path !== (await inPlace(entry.name));
      yield* target.parents(path);
      yield* target.directory(path, isKept ? undefined : entry.metadata);
      continue;
    }
    const path = await inPlace(entry.name);
    yield* target.parents(path);
    if (entry.kind !== 'hardlink') yield await target.place(path, entry);
    else yield await target.place(path, { ...entry, target: (await inPlace(entry.target)).slice(1) });
  }
}

function change(entry: LayerEntry, { owner, changeMode }: CopyPlan): LayerEntry {
  if (entry.kind === 'hardlink' || entry.kind === 'device') return entry;
  const { metadata } = entry;
  const mode =
    changeMode === undefined || entry.kind === 'symlink'
      ? metadata.mode
      : changeMode(metadata.mode, entry.kind === 'directory');
  const changed: LayerMetadata = { ...metadata, ...owner, mode };
  return { ...entry, metadata: changed };
}
