import { posix } from 'node:path';
import type { FileChange, FileChanges } from '../../core/engine.ts';
import type { FakeTree } from './fake-tree.ts';

/** What was done to a tree, as `Container.changes` tells it. */
export function compareTrees(
  before: FakeTree,
  after: FakeTree,
  mountPoints: readonly string[],
  most: number,
): FileChanges {
  const found = new Map<string, FileChange['change']>();
  const isMounted = (path: string): boolean =>
    mountPoints.some((target) => path === target || path.startsWith(`${target}/`));
  for (const [path, node] of after) {
    if (path !== '/' && !isMounted(path) && before.get(path) !== node)
      found.set(path, before.has(path) ? 'changed' : 'added');
  }
  for (const path of before.keys()) {
    if (!after.has(path) && after.has(posix.dirname(path))) found.set(path, 'deleted');
  }
  // As overlayfs has it: a directory in which something is done is copied up.
  for (const path of [...found.keys()]) {
    for (let at = posix.dirname(path); at !== '/'; at = posix.dirname(at))
      if (!found.has(at)) found.set(at, 'changed');
  }
  const entries = [...found].map(([path, change]) => ({ path, change })).toSorted(byPath);
  return { entries: entries.slice(0, most), isCut: entries.length > most };
}

/** A directory, then all that is in it. */
function byPath(a: FileChange, b: FileChange): number {
  const [one, other] = [a.path.split('/'), b.path.split('/')];
  const at = one.findIndex((component, index) => component !== other[index]);
  if (at === -1) return -1;
  return (one[at] ?? '') < (other[at] ?? '') ? -1 : 1;
}
