import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { JsonFiles } from '../store/json-files.ts';
import type { StorePaths } from '../store/store-paths.ts';
import type { ProcessIdentity } from '../store/temporary.ts';
import { ContentDigests } from './context/content-digests.ts';

const version = 1;

interface CachedStep {
  readonly version: typeof version;
  /** Of the layer that the step made; null: it changed no file. */
  readonly diffId: string | null;
}

interface KeptDigests {
  readonly version: typeof version;
  readonly digests: readonly (readonly [string, readonly [string, string]])[];
}

/**
 * What steps made, by all that they were made from: the layers below, the words of the instruction with every variable replaced,
 * the content of what is copied. A layer that has been removed from the store is as good as never made.
 */
export class BuildCache {
  readonly #steps: JsonFiles<CachedStep>;
  readonly #digests: JsonFiles<KeptDigests>;
  readonly #directory: string;

  constructor(paths: StorePaths, self: ProcessIdentity) {
    this.#directory = paths.buildCache;
    this.#steps = new JsonFiles(this.#directory, version, self);
    this.#digests = new JsonFiles(this.#directory, version, self);
  }

  find(key: string): CachedStep | undefined {
    return this.#steps.read(key);
  }

  async add(key: string, diffId: string | undefined): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#steps.write(key, { version, diffId: diffId ?? null });
  }

  digestsOf(context: string): ContentDigests {
    return new ContentDigests(this.#digests.read(digestsKey(context))?.digests ?? []);
  }

  async keepDigests(context: string, digests: ContentDigests): Promise<void> {
    if (!digests.changed) return;
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#digests.write(digestsKey(context), { version, digests: digests.toJSON() });
  }
}

/** The name of a step in the cache. */
export function stepKey(parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([version, ...parts]))
    .digest('hex');
}

function digestsKey(context: string): string {
  return `context-${createHash('sha256').update(context).digest('hex').slice(0, 32)}`;
}
