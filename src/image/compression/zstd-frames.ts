import { MayflyError } from '../../core/mayfly-error.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';

/** A piece of a zstd stream: `data` belongs to the current frame, `end` closes it. Skippable frames are gone. */
export type FramePiece = { readonly kind: 'data'; readonly bytes: Uint8Array } | { readonly kind: 'end' };

const frameMagic = 0xfd2f_b528;
const skippableMagic = 0x184d_2a50;

/**
 * Cuts a zstd stream into its frames (RFC 8878, 3.1) without decompressing. The library that decompresses allocates whatever
 * window a frame claims, up to 2 GB, and walks through it per block; here a claim above the limit is refused first.
 */
export class ZstdFrames {
  readonly #limits: ImageLimits;
  #kept: Uint8Array = new Uint8Array(0);
  #state: 'frame' | 'block' | 'checksum' = 'frame';
  /** Bytes that belong to what was last begun. */
  #left = 0;
  #skipping = false;
  #hasChecksum = false;
  #lastBlock = false;

  constructor(limits: ImageLimits) {
    this.#limits = limits;
  }

  *push(chunk: Uint8Array): Generator<FramePiece> {
    let bytes: Uint8Array = this.#kept.length === 0 ? chunk : Buffer.concat([this.#kept, chunk]);
    for (;;) {
      if (this.#left > 0) {
        const part = bytes.subarray(0, this.#left);
        this.#left -= part.length;
        bytes = bytes.subarray(part.length);
        if (!this.#skipping && part.length > 0) yield { kind: 'data', bytes: part };
        if (this.#left > 0) break;
      }
      const head = this.#begin(bytes);
      if (head === undefined) break;
      if (head === 'end') yield { kind: 'end' };
      else if (head > 0 && !this.#skipping) yield { kind: 'data', bytes: bytes.subarray(0, head) };
      bytes = bytes.subarray(head === 'end' ? 0 : head);
    }
    this.#kept = bytes;
  }

  finish(): void {
    if (this.#state !== 'frame' || this.#left > 0 || this.#kept.length > 0)
      throw damaged('it ends in the middle');
  }

  /** Reads the next header, whose length it returns; undefined when more bytes are needed. */
  #begin(bytes: Uint8Array): number | 'end' | undefined {
    switch (this.#state) {
      case 'frame':
        return this.#beginFrame(bytes);
      case 'block':
        return this.#beginBlock(bytes);
      case 'checksum':
        this.#state = 'frame';
        return 'end';
      default:
        return this.#state satisfies never;
    }
  }

  #beginFrame(bytes: Uint8Array): number | undefined {
    this.#skipping = false;
    if (bytes.length < 8) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const magic = view.getUint32(0, true);
    if ((magic & 0xffff_fff0) === skippableMagic) {
      this.#skipping = true;
      this.#left = view.getUint32(4, true);
      return 8;
    }
    if (magic !== frameMagic) throw damaged('a frame has a wrong magic number');
    const header = parseFrameHeader(view);
    if (header === undefined) return undefined;
    if (header.windowBytes > this.#limits.zstdWindowBytes)
      throw limitError('zstdWindowBytes', this.#limits, 'a zstd frame asks for a window that is too large');
    this.#hasChecksum = header.hasChecksum;
    this.#state = 'block';
    return header.length;
  }

  #beginBlock(bytes: Uint8Array): number | undefined {
    if (this.#lastBlock) {
      this.#lastBlock = false;
      this.#state = 'checksum';
      this.#left = this.#hasChecksum ? 4 : 0;
      return 0;
    }
    const [low, middle, high] = bytes;
    if (low === undefined || middle === undefined || high === undefined) return undefined;
    const header = low | (middle << 8) | (high << 16);
    const type = (header >> 1) & 3;
    if (type === 3) throw damaged('a block has the reserved type');
    this.#lastBlock = (header & 1) === 1;
    this.#left = type === 1 ? 1 : header >> 3;
    return 3;
  }
}

/** RFC 8878, 3.1.1.1. */
function parseFrameHeader(
  view: DataView,
): { readonly length: number; readonly windowBytes: number; readonly hasChecksum: boolean } | undefined {
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const sizeAt = 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  const length = sizeAt + sizeBytes;
  if (view.byteLength < length) return undefined;
  if (dictionaryBytes > 0) throw damaged('it needs a dictionary');
  const windowBytes = singleSegment ? contentBytes(view, sizeAt, sizeBytes) : windowOf(view.getUint8(5));
  return { length, windowBytes, hasChecksum: (descriptor & 4) !== 0 };
}

function contentBytes(view: DataView, at: number, size: number): number {
  if (size === 1) return view.getUint8(at);
  if (size === 2) return view.getUint16(at, true) + 256;
  return size === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function damaged(how: string): MayflyError {
  return new MayflyError('IMAGE_INVALID', `damaged zstd data: ${how}`);
}
