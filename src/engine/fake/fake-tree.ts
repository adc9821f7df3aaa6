/** A file, directory or link of a fake file system. Values are immutable, so that trees copy cheaply. */
export interface FakeNode {
  readonly type: 'file' | 'directory' | 'symlink';
  readonly content: Uint8Array;
  /** Of a symbolic link. */
  readonly target: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedAtMs: number;
}

/** Absolute, normal paths to nodes: a layer, a writable root or a volume. */
export type FakeTree = Map<string, FakeNode>;

const nothing = new Uint8Array();

export function directoryNode(extra: Partial<FakeNode> = {}): FakeNode {
  return {
    type: 'directory',
    content: nothing,
    target: '',
    mode: 0o755,
    uid: 0,
    gid: 0,
    modifiedAtMs: 0,
    ...extra,
  };
}

export function fileNode(content: Uint8Array | string, extra: Partial<FakeNode> = {}): FakeNode {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { type: 'file', content: bytes, target: '', mode: 0o644, uid: 0, gid: 0, modifiedAtMs: 0, ...extra };
}

export function symlinkNode(target: string, extra: Partial<FakeNode> = {}): FakeNode {
  return {
    type: 'symlink',
    content: nothing,
    target,
    mode: 0o777,
    uid: 0,
    gid: 0,
    modifiedAtMs: 0,
    ...extra,
  };
}

/** A tree of files by path; their directories come by themselves. */
export function treeOf(files: Readonly<Record<string, string | FakeNode>>): FakeTree {
  const tree: FakeTree = new Map([['/', directoryNode()]]);
  for (const [path, entry] of Object.entries(files)) {
    for (const parent of parentsOf(path)) if (!tree.has(parent)) tree.set(parent, directoryNode());
    tree.set(path, typeof entry === 'string' ? fileNode(entry) : entry);
  }
  return tree;
}

/** `/a/b/c` → `/a`, `/a/b`. */
function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.slice(0, -1).map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}
