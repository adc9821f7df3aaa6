import { MayflyError } from '../../core/mayfly-error.ts';
import type { RawTap } from './raw-tap.ts';
import { tarError } from './tar-error.ts';

/** The stored data of one entry. A consumer may leave early; the underlying stream may not, for that would destroy the archive. */
export class EntryContent implements AsyncIterable<Uint8Array> {
  readonly #chunks: AsyncIterator<unknown>;
  readonly #tap: RawTap;
  #at: number;

  constructor(stream: AsyncIterable<unknown>, offset: number, tap: RawTap) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.#at = offset;
    this.#tap = tap;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
  }

  /** Reads on to the end. */
  async skip(): Promise<void> {
    while ((await this.#next()) !== undefined);
  }

  async #next(): Promise<Uint8Array | undefined> {
    const next = await this.#chunks.next().catch((error: unknown) => {
      throw tarError(error);
    });
    if (next.done === true) return undefined;
    if (!(next.value instanceof Uint8Array))
      throw new MayflyError('INTERNAL', 'tar-stream gave something else than bytes');
    this.#at += next.value.length;
    this.#tap.forgetBefore(this.#at);
    return next.value;
  }
}
