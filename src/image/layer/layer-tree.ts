import { MayflyError } from '../../core/mayfly-error.ts';
import type { LayerTime } from '../layer-writer.ts';
import { showName } from './entry-path.ts';

export type TreeNode =
  | { readonly kind: 'directory'; readonly mtime: LayerTime }
  | { readonly kind: 'file' | 'fifo' | 'whiteout' | 'device' }
  | { readonly kind: 'symlink'; readonly target: string };

/** As many as Linux follows (path_resolution(7)). */
const maxSymlinks = 40;

/** What this layer holds so far, by canonical path: the memory against which every further entry is judged. */
export class LayerTree {
  readonly #nodes = new Map<string, TreeNode>([
    ['', { kind: 'directory', mtime: { seconds: 0, nanoseconds: 0 } }],
  ]);

  get(path: string): TreeNode | undefined {
    return this.#nodes.get(path);
  }

  set(path: string, node: TreeNode): void {
    this.#nodes.set(path, node);
  }

  *directories(): Generator<{ readonly path: string; readonly mtime: LayerTime }> {
    for (const [path, node] of this.#nodes) if (node.kind === 'directory') yield { path, mtime: node.mtime };
  }

  /**
   * Where a directory given by components really lies. Symbolic links of this layer are followed as inside a chroot; one that
   * climbs above the root, or loops, is no accident. The result may not exist yet, but nothing on the way is anything else
   * than a directory, a whiteout or absent.
   */
  resolve(components: readonly string[], name: string): readonly string[] {
    if (this.get(components.join('/'))?.kind === 'directory') return components;
    const pending = [...components].reverse();
    let at: string[] = [];
    let followed = 0;
    for (let component = pending.pop(); component !== undefined; component = pending.pop()) {
      if (component === '..') {
        if (at.pop() === undefined)
          throw new MayflyError('IMAGE_HOSTILE', `${showName(name)} goes through a link out of the image`);
        continue;
      }
      const next = [...at, component];
      const node = this.get(next.join('/'));
      if (node?.kind === 'symlink') {
        followed += 1;
        if (followed > maxSymlinks)
          throw new MayflyError('IMAGE_HOSTILE', `${showName(name)} goes through a circle of links`);
        if (node.target.startsWith('/')) at = [];
        pending.push(...splitTarget(node.target).reverse());
      } else if (node === undefined || node.kind === 'directory' || node.kind === 'whiteout') {
        at = next;
      } else {
        throw new MayflyError(
          'IMAGE_HOSTILE',
          `${showName(name)} lies below ${showName(next.join('/'))}, which is a ${node.kind}`,
        );
      }
    }
    return at;
  }
}

function splitTarget(target: string): string[] {
  return target.split('/').filter((component) => component !== '' && component !== '.');
}
