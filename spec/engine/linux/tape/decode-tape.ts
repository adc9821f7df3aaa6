import { opTable } from '../../../../src/engine/linux/tape/op-table.ts';

/** The reader of the wire format, written from its description and not from the encoder. Values are by field name. */
export interface DecodedOp {
  readonly kind: string;
  readonly [field: string]: unknown;
}

const kinds = Object.entries(opTable);

export function decodeTape(bytes: Uint8Array): readonly DecodedOp[] {
  const reader = new Reader(bytes);
  const ops = reader.tape();
  reader.end();
  return ops;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  tape(): readonly DecodedOp[] {
    if (this.#take(4).toString('latin1') !== 'MYPF') throw new Error('no magic');
    return Array.from({ length: this.#u32() }, () => this.#op());
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new Error(`${this.#bytes.length - this.#at} bytes too many`);
  }

  #op(): DecodedOp {
    const [kind, fields] = kinds[this.#u32()] ?? ['', {}];
    const payload = new Reader(this.#take(this.#u32()));
    const values = Object.entries(fields).map(([name, type]) => [name, payload.#field(type)]);
    payload.end();
    return { kind, ...Object.fromEntries(values) };
  }

  #field(type: string): unknown {
    if (type === 'slot' || type === 'u32') return this.#u32();
    if (type === 'u64') return this.#take(8).readBigUInt64LE();
    const part = new Reader(this.#take(this.#u32()));
    if (type === 'bytes') return Uint8Array.from(part.#bytes);
    if (type === 'text') return part.#cString();
    const value =
      type === 'tape'
        ? part.tape()
        : Array.from({ length: part.#u32() }, () => new Reader(part.#take(part.#u32())).#cString());
    part.end();
    return value;
  }

  #cString(): string {
    if (this.#bytes.indexOf(0) !== this.#bytes.length - 1) throw new Error('no C string');
    return this.#bytes.subarray(0, -1).toString('utf8');
  }

  #u32(): number {
    return this.#take(4).readUInt32LE();
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error('too short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
