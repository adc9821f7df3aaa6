import { createHash, type Hash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestHex, digestMismatch, digestOf } from '../digest.ts';
import { readRange } from '../read-file.ts';
import type { StorePaths } from './store-paths.ts';
import { makeTemporaryDirectory, type ProcessIdentity } from './temporary.ts';
import { syncDirectory, writeAtomically } from './write-atomically.ts';

/** What a blob has to be. */
export interface BlobPromise {
  readonly digest: string;
  readonly sizeBytes: number;
}

/**
 * Manifests, configurations and layers as they are sent, by digest: what was received is sent on byte for byte, so that an image
 * keeps its digest. A blob is there whole and verified, or not at all. Who adds holds `lockForAdding`.
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

  /**
   * Lets `fill` write a blob piece by piece under a temporary name; it gets its real one when size and digest are what was
   * promised.
   *
   * @throws MayflyError IMAGE_DIGEST_MISMATCH
   */
  async receive(promise: BlobPromise, fill: (sink: BlobSink) => Promise<void>): Promise<void> {
    if (this.has(promise.digest)) return;
    const temporary = await makeTemporaryDirectory(this.#paths.blobs, this.#self);
    try {
      const path = join(temporary, 'blob');
      const file = await open(path, 'wx', 0o600);
      try {
        const sink = new BlobSink(promise, file);
        await fill(sink);
        sink.verify();
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(path, this.pathOf(promise.digest));
      await syncDirectory(this.#paths.blobs);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
}

/** Where a blob is written that is not verified yet. */
export class BlobSink {
  readonly #promise: BlobPromise;
  readonly #file: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  #sizeBytes = 0;

  constructor(promise: BlobPromise, file: FileHandle) {
    this.#promise = promise;
    this.#file = file;
  }

  /** What has arrived: where an interrupted download goes on. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  async write(chunk: Uint8Array): Promise<void> {
    // Before anything of it is kept: an endless body ends here.
    if (this.#sizeBytes + chunk.length > this.#promise.sizeBytes) {
      const { digest, sizeBytes } = this.#promise;
      throw digestMismatch(`the size of ${digest}`, String(sizeBytes), `more than ${sizeBytes}`);
    }
    this.#hash.update(chunk);
    this.#sizeBytes += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const { bytesWritten } = await this.#file.write(chunk, at);
      at += bytesWritten;
    }
  }

  verify(): void {
    const { digest, sizeBytes } = this.#promise;
    if (this.#sizeBytes !== sizeBytes)
      throw digestMismatch(`the size of ${digest}`, String(sizeBytes), String(this.#sizeBytes));
    const actual = `sha256:${this.#hash.digest('hex')}`;
    if (actual !== digest) throw digestMismatch('a blob', digest, actual);
  }
}
