import { createHash, type Hash } from 'node:crypto';
import { MayflyError } from '../core/mayfly-error.ts';

/** `sha256:` and 64 hex digits; sha512, which the OCI allows, nobody writes. */
export function parseDigest(text: unknown, what: string): string {
  if (typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text)) return text;
  throw new MayflyError(
    'IMAGE_INVALID',
    `${what} is no sha256 digest: ${JSON.stringify(text)?.slice(0, 100)}`,
  );
}

export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

export function digestHex(digest: string): string {
  return digest.slice('sha256:'.length);
}

/** Passes a stream through and knows its digest and length once it has ended. */
export class DigestingStream implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #hash: Hash = createHash('sha256');
  #sizeBytes = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.#source) {
      this.#hash.update(chunk);
      this.#sizeBytes += chunk.length;
      yield chunk;
    }
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Once only, at the end. */
  digest(): string {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}

export function digestMismatch(what: string, wanted: string, actual: string): MayflyError {
  return new MayflyError('IMAGE_DIGEST_MISMATCH', `${what} should be ${wanted} and is ${actual}`);
}
