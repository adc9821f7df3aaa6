import { MayflyError } from '../../core/mayfly-error.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { LayerMetadata, LayerOp } from '../layer-writer.ts';
import { checkLinkTarget, parseEntryName, parseWhiteout, showName } from './entry-path.ts';
import type { LayerEntry } from './layer-entry.ts';
import type { LayerTree } from './layer-tree.ts';

/**
 * What an entry changes in the layer, and the tree's memory of it. The same path twice is fine where tar's own `-r` makes it:
 * a file, fifo or directory again. Anything that changes its type, or a link its target, is how archives are made to write
 * through links, and is refused.
 */
export function planEntry(tree: LayerTree, entry: LayerEntry, limits: ImageLimits): readonly LayerOp[] {
  const components = parseEntryName(entry.name, limits);
  if (components.length === 0) return planRoot(tree, entry);
  const whiteout = parseWhiteout(components);
  if (whiteout.kind === 'bookkeeping') return [];
  const parent = tree.resolve(components.slice(0, -1), entry.name);
  const ops = planParents(tree, parent);
  if (whiteout.kind === 'opaque') return [...ops, planOpaque(parent)];
  if (whiteout.kind === 'deleted')
    return [...ops, ...planWhiteout(tree, [...parent, whiteout.base].join('/'))];
  const path = [...parent, components.at(-1)].join('/');
  return [...ops, ...planNode(tree, path, entry, limits)];
}

function planRoot(tree: LayerTree, entry: LayerEntry): readonly LayerOp[] {
  if (entry.kind !== 'directory')
    throw new MayflyError('IMAGE_HOSTILE', `${showName(entry.name)} names the root, as a ${entry.kind}`);
  tree.set('', { kind: 'directory', mtime: entry.metadata.mtime });
  return [{ kind: 'setDirectory', path: '', metadata: entry.metadata }];
}

/** Archives may leave parents out. What they then are in the layers below is not known here; these have conventional modes. */
const conventionalModes: Readonly<Record<string, number>> = { tmp: 0o1777, 'var/tmp': 0o1777, root: 0o700 };

function planParents(tree: LayerTree, components: readonly string[]): LayerOp[] {
  const ops: LayerOp[] = [];
  if (tree.get(components.join('/'))?.kind === 'directory') return ops;
  for (let depth = 1; depth <= components.length; depth += 1) {
    const path = components.slice(0, depth).join('/');
    const mode = conventionalModes[path] ?? 0o755;
    const mtime = { seconds: 0, nanoseconds: 0 };
    if (tree.get(path)?.kind !== 'directory')
      ops.push(...planDirectory(tree, path, { mode, uid: 0, gid: 0, mtime, xattrs: [] }));
  }
  return ops;
}

function planOpaque(components: readonly string[]): LayerOp {
  if (components.length > 0) return { kind: 'markOpaque', path: components.join('/') };
  throw new MayflyError(
    'IMAGE_INVALID',
    'the layer deletes the whole image below it, which overlayfs cannot express',
    {
      hint: 'build the image anew from scratch, or squash it',
    },
  );
}

/** A whiteout speaks of the layers below only: what this layer itself holds there stays (image-spec layer.md). */
function planWhiteout(tree: LayerTree, path: string): readonly LayerOp[] {
  const existing = tree.get(path);
  if (existing?.kind === 'directory') return [{ kind: 'markOpaque', path }];
  if (existing !== undefined) return [];
  tree.set(path, { kind: 'whiteout' });
  return [{ kind: 'makeWhiteout', path }];
}

function planNode(tree: LayerTree, path: string, entry: LayerEntry, limits: ImageLimits): readonly LayerOp[] {
  switch (entry.kind) {
    case 'directory':
      return planDirectory(tree, path, entry.metadata);
    case 'file':
      return planReplacing(tree, path, 'file', {
        kind: 'writeFile',
        path,
        metadata: entry.metadata,
        content: entry.content,
      });
    case 'fifo':
      return planReplacing(tree, path, 'fifo', { kind: 'makeFifo', path, metadata: entry.metadata });
    case 'device':
      return planDevice(tree, path);
    case 'symlink':
      checkLinkTarget(entry.name, entry.target, limits);
      return planSymlink(tree, path, entry.target, entry.metadata);
    case 'hardlink':
      checkLinkTarget(entry.name, entry.target, limits);
      return planHardlink(tree, path, entry.target, limits);
    default:
      return entry satisfies never;
  }
}

function planDirectory(tree: LayerTree, path: string, metadata: LayerMetadata): readonly LayerOp[] {
  const existing = tree.get(path);
  refuseOtherType(path, existing?.kind, 'directory');
  tree.set(path, { kind: 'directory', mtime: metadata.mtime });
  if (existing?.kind === 'directory') return [{ kind: 'setDirectory', path, metadata }];
  if (existing === undefined) return [{ kind: 'makeDirectory', path, metadata }];
  // Deleted below and made anew here: without the mark the old content would show through.
  return [
    { kind: 'remove', path },
    { kind: 'makeDirectory', path, metadata },
    { kind: 'markOpaque', path },
  ];
}

/** A new file instead of new content: the old one may have other names. */
function planReplacing(
  tree: LayerTree,
  path: string,
  kind: 'file' | 'fifo',
  op: LayerOp,
): readonly LayerOp[] {
  const existing = tree.get(path);
  refuseOtherType(path, existing?.kind, kind);
  tree.set(path, { kind });
  return existing === undefined ? [op] : [{ kind: 'remove', path }, op];
}

/** Device nodes are metadata and are not made: the container's /dev is the engine's. */
function planDevice(tree: LayerTree, path: string): readonly LayerOp[] {
  refuseOtherType(path, tree.get(path)?.kind, 'device');
  tree.set(path, { kind: 'device' });
  return [];
}

function planSymlink(
  tree: LayerTree,
  path: string,
  target: string,
  metadata: LayerMetadata,
): readonly LayerOp[] {
  const existing = tree.get(path);
  refuseOtherType(path, existing?.kind, 'symlink');
  if (existing?.kind === 'symlink') {
    if (existing.target === target) return [];
    throw new MayflyError(
      'IMAGE_HOSTILE',
      `the link ${showName(path)} stands there twice, with different targets`,
    );
  }
  tree.set(path, { kind: 'symlink', target });
  const op: LayerOp = { kind: 'makeSymlink', path, target, metadata };
  return existing === undefined ? [op] : [{ kind: 'remove', path }, op];
}

function planHardlink(
  tree: LayerTree,
  path: string,
  target: string,
  limits: ImageLimits,
): readonly LayerOp[] {
  const components = parseEntryName(target, limits);
  const parent = tree.resolve(components.slice(0, -1), target);
  const existing = [...parent, ...components.slice(-1)].join('/');
  const linked = tree.get(existing);
  if (linked === undefined) {
    throw new MayflyError(
      'IMAGE_INVALID',
      `the hard link ${showName(path)} names ${showName(target)}, which this layer does not hold`,
    );
  }
  if (linked.kind === 'directory' || linked.kind === 'whiteout') {
    throw new MayflyError(
      'IMAGE_HOSTILE',
      `the hard link ${showName(path)} names ${showName(target)}, which is a ${linked.kind}`,
    );
  }
  if (existing === path) return [];
  if (linked.kind === 'device') return planDevice(tree, path);
  const before = tree.get(path);
  refuseOtherType(path, before?.kind, linked.kind);
  if (linked.kind === 'symlink' && before?.kind === 'symlink' && before.target !== linked.target) {
    throw new MayflyError(
      'IMAGE_HOSTILE',
      `the link ${showName(path)} stands there twice, with different targets`,
    );
  }
  tree.set(path, linked);
  const op: LayerOp = { kind: 'makeHardlink', path, existing };
  return before === undefined ? [op] : [{ kind: 'remove', path }, op];
}

function refuseOtherType(path: string, existing: string | undefined, wanted: string): void {
  if (existing === undefined || existing === wanted || existing === 'whiteout') return;
  throw new MayflyError(
    'IMAGE_HOSTILE',
    `${showName(path)} stands there twice, as ${existing} and as ${wanted}`,
  );
}
