import { rm } from 'node:fs/promises';
import type { LayerWriter } from '../layer-writer.ts';
import { makePublicScratch, removePublicScratch } from './public-scratch.ts';
import type { StorePaths } from './store-paths.ts';
import { makeTemporaryDirectory, type ProcessIdentity } from './temporary.ts';

export interface ScratchOptions {
  readonly temporaryDirectory: string;
  readonly user: { readonly uid: number };
  readonly nowMs: () => number;
  readonly openLayerWriter: () => Promise<LayerWriter>;
}

/** Temporary directories of one preparation. */
export class Scratch implements AsyncDisposable {
  readonly #paths: StorePaths;
  readonly #self: ProcessIdentity;
  readonly #options: ScratchOptions;
  readonly #made: string[] = [];
  readonly #public: string[] = [];

  constructor(paths: StorePaths, self: ProcessIdentity, options: ScratchOptions) {
    this.#paths = paths;
    this.#self = self;
    this.#options = options;
  }

  async make(): Promise<string> {
    const made = await makeTemporaryDirectory(this.#paths.scratch, this.#self);
    this.#made.push(made);
    return made;
  }

  async makePublic(): Promise<string> {
    const { temporaryDirectory, user, nowMs, openLayerWriter } = this.#options;
    const made = await makePublicScratch({
      temporaryDirectory,
      uid: user.uid,
      self: this.#self,
      nowMs: nowMs(),
      openLayerWriter,
    });
    this.#public.push(made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const path of this.#made) await rm(path, { recursive: true, force: true });
    for (const path of this.#public) await removePublicScratch(path, this.#options.openLayerWriter);
  }
}
