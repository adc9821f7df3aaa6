import { posix } from 'node:path';
import { FakeSystemError } from './fake-system-error.ts';
import { directoryNode, type FakeNode, type FakeTree, fileNode } from './fake-tree.ts';

export interface FakeMount {
  readonly target: string;
  readonly tree: FakeTree;
  readonly readOnly: boolean;
}

/** Linux's own bound on links followed in one lookup (path_resolution(7)). */
const maxLinks = 40;

/** What one container sees: a root tree with other trees mounted on it. */
export class FakeFileSystem {
  readonly #root: FakeMount;
  readonly #mounts: readonly FakeMount[];
  readonly #nowMs: () => number;

  constructor(root: FakeTree, readOnlyRoot: boolean, mounts: readonly FakeMount[], nowMs: () => number) {
    this.#root = { target: '/', tree: root, readOnly: readOnlyRoot };
    this.#mounts = mounts.toSorted((a, b) => b.target.length - a.target.length);
    this.#nowMs = nowMs;
  }

  /** The node at a path, or undefined. */
  lookup(path: string, followLast = true): FakeNode | undefined {
    const resolved = this.resolve(path, followLast);
    const { tree, inner } = this.#locate(resolved);
    return tree.get(inner);
  }

  /** The path with every symbolic link replaced, never above the root. */
  resolve(path: string, followLast = true): string {
    let rest = posix
      .normalize(posix.join('/', path))
      .split('/')
      .filter((part) => part !== '');
    let at = '/';
    let links = 0;
    while (rest.length > 0) {
      const [part = '', ...after] = rest;
      const next = posix.join(at, part);
      const { tree, inner } = this.#locate(next);
      const node = tree.get(inner);
      rest = after;
      if (node?.type === 'symlink' && (after.length > 0 || followLast)) {
        links += 1;
        if (links > maxLinks) throw new FakeSystemError('ELOOP', path);
        const target = posix.resolve(at, node.target);
        rest = [...target.split('/').filter((word) => word !== ''), ...after];
        at = '/';
      } else {
        at = next;
      }
    }
    return at;
  }

  read(path: string): Uint8Array {
    const node = this.lookup(path);
    if (node === undefined) throw new FakeSystemError('ENOENT', path);
    if (node.type === 'directory') throw new FakeSystemError('EISDIR', path);
    return node.content;
  }

  write(path: string, content: Uint8Array | string, extra: Partial<FakeNode> = {}): void {
    const old = this.lookup(path);
    if (old?.type === 'directory') throw new FakeSystemError('EISDIR', path);
    const kept = old === undefined ? {} : { mode: old.mode, uid: old.uid, gid: old.gid };
    this.put(path, fileNode(content, { ...kept, ...extra, modifiedAtMs: this.#nowMs() }));
  }

  /** Places a node; its directory must exist. */
  put(path: string, node: FakeNode): void {
    const resolved = this.resolve(path, node.type !== 'symlink');
    const parent = this.lookup(posix.dirname(resolved));
    if (parent === undefined) throw new FakeSystemError('ENOENT', path);
    if (parent.type !== 'directory') throw new FakeSystemError('ENOTDIR', path);
    this.#writable(resolved, path).set(this.#locate(resolved).inner, node);
  }

  makeDirectories(path: string, extra: Partial<FakeNode> = {}): void {
    const parts = posix
      .normalize(path)
      .split('/')
      .filter((part) => part !== '');
    parts.forEach((_, index) => {
      const prefix = `/${parts.slice(0, index + 1).join('/')}`;
      if (this.lookup(prefix) === undefined)
        this.put(prefix, directoryNode({ ...extra, modifiedAtMs: this.#nowMs() }));
    });
  }

  remove(path: string): void {
    const resolved = this.resolve(path, false);
    const tree = this.#writable(resolved, path);
    const { inner } = this.#locate(resolved);
    for (const key of [...tree.keys()]) if (key === inner || key.startsWith(`${inner}/`)) tree.delete(key);
  }

  /** Names in a directory, sorted. */
  list(path: string): readonly string[] {
    const resolved = this.resolve(path);
    if (this.lookup(resolved)?.type !== 'directory') throw new FakeSystemError('ENOTDIR', path);
    const { tree, inner } = this.#locate(resolved);
    const prefix = inner === '/' ? '/' : `${inner}/`;
    const names = [...tree.keys()]
      .filter((key) => key.startsWith(prefix) && key !== '/')
      .map((key) => key.slice(prefix.length));
    return [...new Set(names.filter((name) => name !== '' && !name.includes('/')))].toSorted();
  }

  #locate(path: string): { readonly tree: FakeTree; readonly inner: string; readonly readOnly: boolean } {
    const mount =
      this.#mounts.find(({ target }) => path === target || path.startsWith(`${target}/`)) ?? this.#root;
    const inner = mount === this.#root ? path : path.slice(mount.target.length) || '/';
    return { tree: mount.tree, inner, readOnly: mount.readOnly };
  }

  #writable(resolved: string, path: string): FakeTree {
    const { tree, readOnly } = this.#locate(resolved);
    if (readOnly) throw new FakeSystemError('EROFS', path);
    return tree;
  }
}
