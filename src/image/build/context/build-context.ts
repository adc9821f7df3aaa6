import { type BigIntStats, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { join, posix } from 'node:path';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { type ImageLimits, limitError } from '../../image-limits.ts';
import type { DockerIgnore } from './docker-ignore.ts';

export interface ContextFile {
  /** Relative; empty for the context itself. */
  readonly name: string;
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly facts: BigIntStats;
}

/** The context's own is no part of what is built: it is this machine's. */
export function modeOf({ name, facts }: ContextFile): number {
  return name === '' ? 0o755 : Number(facts.mode) & 0o7777;
}

/** Links within links. */
const mostLinks = 40;

/** The files that a build may copy, without those that are ignored. Links are never followed out of it. */
export class BuildContext {
  readonly root: string;
  readonly #files: ReadonlyMap<string, ContextFile>;

  constructor(root: string, ignore: DockerIgnore, limits: ImageLimits) {
    this.root = realpathSync(root);
    this.#files = new Map(readFiles(this.root, ignore, limits).map((file) => [file.name, file]));
  }

  find(name: string): ContextFile | undefined {
    return this.#files.get(name);
  }

  /** A directory, then what is in it, by the bytes of their names. */
  *below(name: string): Generator<ContextFile> {
    const prefix = name === '' ? '' : `${name}/`;
    for (const file of this.#files.values())
      if (file.name === name || file.name.startsWith(prefix)) yield file;
  }

  names(): Iterable<string> {
    return this.#files.keys();
  }

  /** Where a name leads when links are followed, within the context; undefined where there is nothing. */
  resolve(name: string): ContextFile | undefined {
    let pending = split(name);
    let at: readonly string[] = [];
    let links = 0;
    for (;;) {
      const [component, ...rest] = pending;
      if (component === undefined) return this.find(at.join('/'));
      pending = rest;
      if (component === '..') {
        at = at.slice(0, -1);
        continue;
      }
      const next = [...at, component];
      const file = this.find(next.join('/'));
      if (file === undefined) return undefined;
      if (file.kind !== 'symlink') {
        at = next;
        continue;
      }
      links += 1;
      if (links > mostLinks) return undefined;
      const target = readlinkSync(file.path);
      if (target.startsWith('/')) at = [];
      pending = [...split(target), ...pending];
    }
  }
}

function split(path: string): readonly string[] {
  return path.split('/').filter((component) => component !== '' && component !== '.');
}

function readFiles(root: string, ignore: DockerIgnore, limits: ImageLimits): readonly ContextFile[] {
  const found: ContextFile[] = [];
  const own = lstatSync(root, { bigint: true });
  found.push({ name: '', path: root, kind: 'directory', facts: own });
  let count = 0;
  /** Says whether anything of it is kept. */
  const walk = (directory: string, isIgnored: boolean): boolean => {
    let keeps = false;
    for (const child of sortedNames(join(root, directory))) {
      count += 1;
      if (count > limits.sourceFiles) throw limitError('sourceFiles', limits, `${root} has too many files`);
      const name = posix.join(directory, child);
      const path = join(root, name);
      const facts = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      // Decoded, the name is another's, of no file.
      if (facts === undefined && child.includes('\uFFFD'))
        throw new MayflyError('IMAGE_INVALID', `the name ${JSON.stringify(name)} in ${root} is not UTF-8`);
      const kind = facts === undefined ? undefined : kindOf(facts);
      if (facts === undefined || kind === undefined) continue;
      const ignored = ignore.ignores(name);
      if (kind !== 'directory') {
        if (ignored) continue;
        found.push({ name, path, kind, facts });
        keeps = true;
        continue;
      }
      if (ignored && !ignore.hasExceptions) continue;
      const at = found.length;
      found.push({ name, path, kind, facts });
      const keepsInside = walk(name, ignored);
      if (ignored && !keepsInside) found.splice(at);
      else keeps = true;
    }
    return keeps || !isIgnored;
  };
  walk('', false);
  return found;
}

function sortedNames(directory: string): readonly string[] {
  return readdirSync(directory).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Sockets, pipes and devices are not sent to builds. */
function kindOf(facts: BigIntStats): ContextFile['kind'] | undefined {
  if (facts.isFile()) return 'file';
  if (facts.isDirectory()) return 'directory';
  return facts.isSymbolicLink() ? 'symlink' : undefined;
}
