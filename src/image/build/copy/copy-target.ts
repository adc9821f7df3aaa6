import { posix } from 'node:path';
import type { FileFacts } from '../../../core/engine.ts';
import type { LayerEntry } from '../../layer/layer-entry.ts';
import type { LayerMetadata } from '../../layer-writer.ts';
import { type ResolvedPath, resolveInStage, type StageFiles } from '../stage-files.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Where a COPY goes: a layer's entries are only right beside what the layers below have there, for a directory that stands in a
 * layer takes its mode and owner from that layer.
 */
export class CopyTarget {
  readonly #files: StageFiles;
  readonly #owner: Owner;
  readonly #placed = new Map<string, LayerEntry['kind']>();
  /** Directories that are not there below: nor is anything in them. */
  readonly #missing = new Set<string>();

  /** `owner`: of directories that are made on the way. */
  constructor(files: StageFiles, owner: Owner) {
    this.#files = files;
    this.#owner = owner;
  }

  /** Where a path leads when links are followed, and what is there: in this copy or before it. */
  async resolve(
    path: string,
  ): Promise<{ readonly path: string; readonly isDirectory: boolean; readonly exists: boolean }> {
    const { path: real, facts } = await this.#follow(path);
    const placed = this.#placed.get(real);
    const isDirectory = placed === undefined ? facts?.type === 'directory' : placed === 'directory';
    return { path: real, isDirectory, exists: placed !== undefined || facts !== undefined };
  }

  async #follow(path: string): Promise<ResolvedPath> {
    const clean = posix.resolve('/', path);
    // What this copy has placed there is where it says.
    if (this.#missing.has(posix.dirname(clean)) || this.#placed.has(clean))
      return { path: clean, facts: undefined };
    return resolveInStage(this.#files, clean);
  }

  /** All directories above it that this copy has not placed yet, outermost first. */
  async *parents(path: string): AsyncGenerator<LayerEntry> {
    const components = path.split('/').filter((component) => component !== '');
    for (let depth = 1; depth < components.length; depth += 1)
      yield* this.directory(`/${components.slice(0, depth).join('/')}`, undefined);
  }

  /** A directory with new metadata; without, as it is, or made as `mkdir -p` makes it. */
  async *directory(path: string, metadata: LayerMetadata | undefined): AsyncGenerator<LayerEntry> {
    if (path === '/' || (this.#placed.get(path) === 'directory' && metadata === undefined)) return;
    const facts = await this.#below(path);
    const existing = facts?.type === 'directory' ? facts : undefined;
    if (facts !== undefined && existing === undefined && !this.#placed.has(path))
      throw new Error(`${path} is a ${facts.type}, not a directory`);
    if (facts === undefined) this.#missing.add(path);
    this.#placed.set(path, 'directory');
    const own = metadata ?? (existing === undefined ? madeMetadata(this.#owner) : keptMetadata(existing));
    yield { kind: 'directory', name: path.slice(1), metadata: own };
  }

  /** Anything but a directory. What stands there already is replaced. */
  async place(path: string, entry: LayerEntry): Promise<LayerEntry> {
    const facts = await this.#below(path);
    if (facts?.type === 'directory' || this.#placed.get(path) === 'directory')
      throw new Error(`${path} is a directory, and cannot become a ${entry.kind}`);
    this.#placed.set(path, entry.kind);
    return { ...entry, name: path.slice(1) };
  }

  async #below(path: string): Promise<FileFacts | undefined> {
    if (this.#missing.has(posix.dirname(path))) return undefined;
    return this.#files.stat(path, { followLinks: false });
  }
}

function madeMetadata(owner: Owner): LayerMetadata {
  return { mode: 0o755, ...owner, mtime: { seconds: 0, nanoseconds: 0 }, xattrs: [] };
}

function keptMetadata({ mode, uid, gid, modifiedAtMs }: FileFacts): LayerMetadata {
  const seconds = Math.max(0, Math.floor(modifiedAtMs / 1000));
  return { mode, uid, gid, mtime: { seconds, nanoseconds: 0 }, xattrs: [] };
}
