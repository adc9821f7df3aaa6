import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { renderStamp } from '../../input-fact.ts';
import { readRange } from '../../read-file.ts';
import { type ContextFile, modeOf } from './build-context.ts';

/** A file changed so shortly before it was read may change again within the same tick of the clock. */
const settledMs = 2000;

/** Digests of files' content by what the kernel says of them, kept between builds. */
export class ContentDigests {
  readonly #known: Map<string, readonly [stamp: string, digest: string]>;
  #changed = false;

  constructor(known: Iterable<readonly [string, readonly [string, string]]>) {
    this.#known = new Map(known);
  }

  get changed(): boolean {
    return this.#changed;
  }

  toJSON(): readonly (readonly [string, readonly [string, string]])[] {
    return [...this.#known];
  }

  /** Of all that a copy would bring: names, modes, content. */
  async digestAll(files: Iterable<ContextFile>, nowMs: number): Promise<string> {
    const hash = createHash('sha256');
    for (const file of files) {
      const mode = file.kind === 'symlink' ? 0 : modeOf(file);
      hash.update(JSON.stringify([file.name, file.kind, mode, await this.#contentOf(file, nowMs)]));
    }
    return hash.digest('hex');
  }

  async #contentOf(file: ContextFile, nowMs: number): Promise<string> {
    if (file.kind === 'directory') return '';
    if (file.kind === 'symlink') return readlinkSync(file.path);
    const stamp = renderStamp(file.facts);
    const known = this.#known.get(file.path);
    if (known?.[0] === stamp) return known[1];
    const hash = createHash('sha256');
    for await (const chunk of readRange(file.path)) hash.update(chunk);
    const digest = hash.digest('hex');
    if (Number(file.facts.ctimeNs / 1_000_000n) < nowMs - settledMs) {
      this.#known.set(file.path, [stamp, digest]);
      this.#changed = true;
    }
    return digest;
  }
}
