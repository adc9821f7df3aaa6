/** Most writers need less, and Node takes as little from a pool. */
const initialBytes = 1024;

/** Little-endian bytes in a buffer that grows by doubling; lengths are patched in once they are known. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(initialBytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#buffer.writeUInt32LE(value, at);
  }

  /** RangeError for what it cannot be. */
  u64(value: number | bigint): void {
    if (value < 0 || value >= 2 ** 64) throw new RangeError(`${value} does not fit in 64 bits`);
    this.i64(value);
  }

  /** As the two's complement has it, modulo 2 to the 64. By halves: one check asks thousands of calls, and BigInt is slow. */
  i64(value: number | bigint): void {
    const at = this.#reserve(8);
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      this.#buffer.writeUInt32LE(value >>> 0, at);
      this.#buffer.writeUInt32LE(Math.floor(value / 2 ** 32) >>> 0, at + 4);
    } else this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), at);
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#buffer.set(value, at);
  }

  /** UTF-8 with a final NUL; the number of bytes written. */
  cString(text: string): number {
    const mostBytes = text.length * 3 + 1;
    const at = this.#reserve(mostBytes);
    const length = this.#buffer.write(text, at, 'utf8');
    this.#buffer[at + length] = 0;
    this.#length = at + length + 1;
    return length + 1;
  }

  /** Leaves room for a length that `patchLength` fills with the bytes written since. */
  lengthField(): number {
    return this.#reserve(4);
  }

  patchLength(at: number): void {
    this.#buffer.writeUInt32LE(this.#length - at - 4, at);
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    this.#length = needed;
    return at;
  }
}
