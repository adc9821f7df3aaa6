import type { ImageLimits } from '../image-limits.ts';
import { limitError } from '../image-limits.ts';

/** What may be on its way inside tar-stream and its queue beside the headers of one entry. */
const inFlightBytes = 2 ** 21;

/**
 * Remembers the raw bytes that went into tar-stream until they are no longer needed: tar-stream decodes PAX values as UTF-8,
 * which destroys binary ones (file capabilities), and shows neither sparse maps nor what stands between entries.
 */
export class RawTap {
  readonly #limits: ImageLimits;
  #chunks: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  #end = 0;
  #keptFrom = 0;

  constructor(limits: ImageLimits) {
    this.#limits = limits;
  }

  remember(bytes: Uint8Array): void {
    this.#chunks.push({ start: this.#end, bytes });
    this.#end += bytes.length;
    if (this.#end - this.#keptFrom > this.#limits.entryHeaderBytes + inFlightBytes) {
      throw limitError('entryHeaderBytes', this.#limits, 'the headers of an archive entry are too large');
    }
  }

  /** Nothing before this offset will be asked for again. */
  forgetBefore(offset: number): void {
    this.#keptFrom = Math.max(this.#keptFrom, Math.min(offset, this.#end));
    while (this.#chunks[0] !== undefined && this.#chunks[0].start + this.#chunks[0].bytes.length <= offset)
      this.#chunks.shift();
  }

  read(start: number, end: number): Uint8Array {
    if (end - start > this.#limits.entryHeaderBytes) {
      throw limitError('entryHeaderBytes', this.#limits, 'the headers of an archive entry are too large');
    }
    const out = new Uint8Array(end - start);
    for (const chunk of this.#chunks) {
      const from = Math.max(start, chunk.start);
      const to = Math.min(end, chunk.start + chunk.bytes.length);
      if (from < to) out.set(chunk.bytes.subarray(from - chunk.start, to - chunk.start), from - start);
    }
    return out;
  }
}
