import type {
  LayerMetadata,
  LayerOp,
  LayerSession,
  LayerTime,
  LayerWriter,
} from '../../src/image/layer-writer.ts';

export interface MemoryNode {
  readonly kind: 'directory' | 'file' | 'symlink' | 'fifo' | 'whiteout';
  readonly metadata?: LayerMetadata;
  readonly mtime?: LayerTime;
  readonly content?: Buffer;
  readonly target?: string;
  readonly opaque?: boolean;
  /** Names with the same number are hard links of each other. */
  readonly inode: number;
}

export type MemoryTree = Map<string, MemoryNode>;

/**
 * A layer in memory, as strict as a kernel would be and stricter: a path that is not canonical, a missing parent, or a parent
 * that is anything but a directory is an error, so that whatever arrives here has been resolved by the code under test.
 */
export class MemorySession implements LayerSession {
  readonly tree: MemoryTree = new Map([['', { kind: 'directory', inode: 0 }]]);
  finished = false;
  aborted = false;
  #inodes = 0;

  async apply(op: LayerOp): Promise<void> {
    checkPath(op.path);
    switch (op.kind) {
      case 'makeDirectory':
        this.#create(op.path, { kind: 'directory', metadata: op.metadata, inode: this.#inode() });
        break;
      case 'setDirectory':
        this.tree.set(op.path, { ...this.#get(op.path, 'directory'), metadata: op.metadata });
        break;
      case 'setTimes':
        this.tree.set(op.path, { ...this.#get(op.path, 'directory'), mtime: op.mtime });
        break;
      case 'writeFile':
        this.#create(op.path, {
          kind: 'file',
          metadata: op.metadata,
          content: await collect(op.content),
          inode: this.#inode(),
        });
        break;
      case 'makeSymlink':
        this.#create(op.path, {
          kind: 'symlink',
          target: op.target,
          metadata: op.metadata,
          inode: this.#inode(),
        });
        break;
      case 'makeHardlink':
        this.#link(op.path, op.existing);
        break;
      case 'makeFifo':
        this.#create(op.path, { kind: 'fifo', metadata: op.metadata, inode: this.#inode() });
        break;
      case 'makeWhiteout':
        this.#create(op.path, { kind: 'whiteout', inode: this.#inode() });
        break;
      case 'markOpaque':
        if (op.path === '') throw new Error('the root cannot be opaque');
        this.tree.set(op.path, { ...this.#get(op.path, 'directory'), opaque: true });
        break;
      case 'remove':
        if (this.#get(op.path).kind === 'directory') throw new Error(`EISDIR ${op.path}`);
        this.tree.delete(op.path);
        break;
      default:
        op satisfies never;
    }
  }

  async finish(): Promise<void> {
    this.finished = true;
  }

  async abort(): Promise<void> {
    this.aborted = true;
  }

  #inode(): number {
    this.#inodes += 1;
    return this.#inodes;
  }

  #get(path: string, kind?: MemoryNode['kind']): MemoryNode {
    const node = this.tree.get(path);
    if (node === undefined) throw new Error(`ENOENT ${path}`);
    if (kind !== undefined && node.kind !== kind) throw new Error(`${path} is a ${node.kind}, not a ${kind}`);
    return node;
  }

  #create(path: string, node: MemoryNode): void {
    if (this.tree.has(path)) throw new Error(`EEXIST ${path}`);
    this.#get(path.slice(0, Math.max(0, path.lastIndexOf('/'))), 'directory');
    this.tree.set(path, node);
  }

  #link(path: string, existing: string): void {
    checkPath(existing);
    const node = this.#get(existing);
    if (node.kind === 'directory' || node.kind === 'whiteout')
      throw new Error(`EPERM link to a ${node.kind}`);
    this.#create(path, node);
  }
}

/** Keeps the trees by directory; `renamed` is not seen here, so tests look at `sessions`. */
export class MemoryLayerWriter implements LayerWriter {
  readonly sessions = new Map<string, MemorySession>();
  readonly removed: string[] = [];
  disposed = false;

  async begin(directory: string): Promise<LayerSession> {
    const session = new MemorySession();
    this.sessions.set(directory, session);
    return session;
  }

  async remove(directory: string): Promise<void> {
    this.removed.push(directory);
    const { rm } = await import('node:fs/promises');
    await rm(directory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }

  /** The trees of finished layers, in the order they were begun. */
  get trees(): readonly MemoryTree[] {
    return [...this.sessions.values()].filter(({ finished }) => finished).map(({ tree }) => tree);
  }
}

function checkPath(path: string): void {
  const components = path.split('/');
  if (
    path !== '' &&
    components.some((component) => component === '' || component === '.' || component === '..')
  ) {
    throw new Error(`not canonical: ${JSON.stringify(path)}`);
  }
  if (path.includes('\0')) throw new Error('NUL in a path');
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
