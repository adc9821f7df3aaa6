import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { MayflyError } from '../../core/mayfly-error.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import { type InputFact, readFileFact, readLinkFact } from '../input-fact.ts';

export type HostNode =
  | { readonly kind: 'directory' }
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'file'; readonly facts: BigIntStats };

/** As many as Linux follows (path_resolution(7)). */
const maxSymlinks = 40;

/**
 * The part of the machine's file system that goes into an image: paths are added with every link on the way kept as a link,
 * so that `/bin/sh` stays `/bin -> usr/bin`, `/usr/bin/sh -> dash`, `/usr/bin/dash`.
 */
export class HostTree {
  readonly #nodes = new Map<string, HostNode>();
  readonly #inputs = new Map<string, InputFact>();
  readonly #limits: ImageLimits;

  constructor(limits: ImageLimits) {
    this.#limits = limits;
  }

  get nodes(): ReadonlyMap<string, HostNode> {
    return this.#nodes;
  }

  get inputs(): readonly InputFact[] {
    return [...this.#inputs.values()];
  }

  /** Something whose absence or presence decided, though it is not part of the image. */
  note(fact: InputFact): void {
    this.#inputs.set(`${fact.kind} ${fact.path}`, fact);
  }

  /** Adds what an absolute path names; returns the path without links, or undefined when there is nothing. */
  add(path: string): string | undefined {
    let pending = split(path).reverse();
    let at = '';
    let followed = 0;
    for (let component = pending.pop(); component !== undefined; component = pending.pop()) {
      if (component === '..') {
        at = at.slice(0, at.lastIndexOf('/'));
        continue;
      }
      const next = `${at}/${component}`;
      const facts = lstatSync(next, { bigint: true, throwIfNoEntry: false });
      if (facts === undefined) return undefined;
      if (facts.isSymbolicLink()) {
        followed += 1;
        if (followed > maxSymlinks) throw new MayflyError('IMAGE_NOT_FOUND', `${path} is a circle of links`);
        const target = readlinkSync(next);
        this.#put(next, { kind: 'symlink', target }, readLinkFact(next));
        if (target.startsWith('/')) at = '';
        pending = [...pending, ...split(target).reverse()];
      } else {
        this.#addReal(next, facts);
        at = next;
      }
    }
    return at;
  }

  #addReal(path: string, facts: BigIntStats): void {
    if (facts.isDirectory()) this.#put(path, { kind: 'directory' }, undefined);
    else if (facts.isFile()) this.#put(path, { kind: 'file', facts }, readFileFact(path));
    else throw new MayflyError('IMAGE_INVALID', `${path} is neither a file nor a directory`);
  }

  #put(path: string, node: HostNode, fact: InputFact | undefined): void {
    this.#nodes.set(path, node);
    if (fact !== undefined) this.note(fact);
    if (this.#nodes.size > this.#limits.sourceFiles)
      throw limitError('sourceFiles', this.#limits, 'a `host:` image has too many files');
  }
}

function split(path: string): string[] {
  return path.split('/').filter((component) => component !== '' && component !== '.');
}
