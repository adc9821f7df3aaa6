import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestHex } from '../digest.ts';
import type { StorePaths } from './store-paths.ts';
import { makeTemporaryDirectory, type ProcessIdentity } from './temporary.ts';
import { syncDirectory } from './write-atomically.ts';

/** Few enough that several layers at once keep little in memory. */
const batchBytes = 2 ** 20;

/** A blob that is written while something else reads it too; among the others only once somebody has vouched for its digest. */
export class IncomingBlob implements AsyncDisposable {
  readonly #paths: StorePaths;
  readonly #directory: string;
  readonly #file: FileHandle;

  private constructor(paths: StorePaths, directory: string, file: FileHandle) {
    this.#paths = paths;
    this.#directory = directory;
    this.#file = file;
  }

  static async begin(paths: StorePaths, self: ProcessIdentity): Promise<IncomingBlob> {
    const directory = await makeTemporaryDirectory(paths.blobs, self);
    const file = await open(join(directory, 'blob'), 'wx', 0o600);
    return new IncomingBlob(paths, directory, file);
  }

  /** The source, of which everything that is read is kept. A batch is written while the next one is read. */
  async *copy(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let batch: Uint8Array[] = [];
    let sizeBytes = 0;
    let writing: Promise<void> = Promise.resolve();
    try {
      for await (const chunk of source) {
        batch.push(chunk);
        sizeBytes += chunk.length;
        if (sizeBytes >= batchBytes) {
          await writing;
          writing = this.#write(batch);
          writing.catch(() => undefined); // told when it is waited for
          [batch, sizeBytes] = [[], 0];
        }
        yield chunk;
      }
    } finally {
      await writing;
    }
    await this.#write(batch);
  }

  async #write(batch: readonly Uint8Array[]): Promise<void> {
    for (const chunk of batch) await this.#file.writeFile(chunk);
  }

  /** Two that bring the same end with the same bytes. */
  async place(digest: string): Promise<void> {
    await this.#file.sync();
    await rename(join(this.#directory, 'blob'), join(this.#paths.blobs, digestHex(digest)));
    await syncDirectory(this.#paths.blobs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}
