import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { digestHex, digestOf } from '../digest.ts';
import { readRange } from '../read-file.ts';
import type { StorePaths } from './store-paths.ts';
import type { ProcessIdentity } from './temporary.ts';
import { writeAtomically } from './write-atomically.ts';

/** What a blob has to be. */
export interface BlobPromise {
  readonly digest: string;
  readonly sizeBytes: number;
}

/**
 * Manifests, configurations and layers as they are sent, by digest: what was received is sent on byte for byte, so that an image
 * keeps its digest. A blob is there whole and verified, or not at all: small ones by `add`, layers by `IncomingBlob`, while they are
 * unpacked. Who adds holds `lockForAdding`.
 */
export class BlobStore {
  readonly #paths: StorePaths;
  readonly #self: ProcessIdentity;

  constructor(paths: StorePaths, self: ProcessIdentity) {
    this.#paths = paths;
    this.#self = self;
  }

  pathOf(digest: string): string {
    return join(this.#paths.blobs, digestHex(digest));
  }

  /** Its size in bytes; undefined when it is not there. */
  sizeOf(digest: string): number | undefined {
    const facts = lstatSync(this.pathOf(digest), { throwIfNoEntry: false });
    return facts?.isFile() === true ? facts.size : undefined;
  }

  has(digest: string): boolean {
    return this.sizeOf(digest) !== undefined;
  }

  open(digest: string, start?: number, length?: number): AsyncIterable<Uint8Array> {
    return readRange(this.pathOf(digest), start, length);
  }

  /** A small one, whole. */
  async add(bytes: Uint8Array): Promise<string> {
    const digest = digestOf(bytes);
    if (!this.has(digest)) await writeAtomically(this.pathOf(digest), bytes, this.#self);
    return digest;
  }
}
