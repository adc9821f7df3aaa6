/** Most writers need no more, and Node takes as little from a pool. */
const initialBytes = 1024;

/**
 * Little-endian bytes in a buffer that grows by doubling; lengths are patched in once they are known. A DataView, because most of what is
 * written is written once, by code that is not compiled yet: Buffer's own functions are such, too.
 */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(initialBytes);
  #view = viewOf(this.#buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, requireUnsigned(value, 2 ** 32), true);
  }

  u64(value: number | bigint): void {
    this.i64(requireUnsigned(value, 2 ** 64));
  }

  /** As the two's complement has it, modulo 2 to the 64. By halves, for BigInt is slow. */
  i64(value: number | bigint): void {
    const at = this.#reserve(8);
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      this.#view.setUint32(at, value, true);
      this.#view.setInt32(at + 4, Math.floor(value / 2 ** 32), true);
    } else this.#view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), true);
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
    this.#view.setUint32(at, this.#length - at - 4, true);
  }

  finish(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#buffer.length) this.#grow(needed);
    this.#length = needed;
    return at;
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
    this.#view = viewOf(grown);
  }
}

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length);

function requireUnsigned<T extends number | bigint>(value: T, limit: number): T {
  if (value >= 0 && value < limit) return value;
  throw new RangeError(`${value} is not from 0 to ${limit - 1}`);
}
