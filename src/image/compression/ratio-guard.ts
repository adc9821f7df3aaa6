import { type ImageLimits, limitError } from '../image-limits.ts';

/** Counts what goes into and comes out of a decompressor, and stops bombs before their output is kept anywhere. */
export class RatioGuard {
  readonly #limits: ImageLimits;
  readonly #maxBytes: number;
  readonly #maxName: 'layerBytes' | 'archiveBytes';
  #inBytes = 0;
  #outBytes = 0;

  constructor(limits: ImageLimits, maxName: 'layerBytes' | 'archiveBytes') {
    this.#limits = limits;
    this.#maxName = maxName;
    this.#maxBytes = limits[maxName];
  }

  async *countIn(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      this.#inBytes += chunk.length;
      yield chunk;
    }
  }

  addIn(bytes: number): void {
    this.#inBytes += bytes;
  }

  addOut(bytes: number): void {
    this.#outBytes += bytes;
    if (this.#outBytes > this.#maxBytes)
      throw limitError(this.#maxName, this.#limits, 'the unpacked data is too large');
    if (this.#outBytes > this.#limits.ratioFreeBytes && this.#outBytes > this.#inBytes * this.#limits.ratio) {
      throw limitError(
        'ratio',
        this.#limits,
        `${this.#inBytes} packed bytes have become ${this.#outBytes}, as in a decompression bomb`,
      );
    }
  }
}
