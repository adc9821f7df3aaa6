import fc from 'fast-check';
import { encodeTape } from '../../../../src/engine/linux/tape/encode.ts';
import { anyTape } from '../tape/any-op.ts';

/** Slots outside of the table are refused, so tapes that are to be valid keep to small numbers. */
export function validTape(): fc.Arbitrary<Uint8Array> {
  return anyTape().map((tape) => encodeTape(tape));
}

/** A tape with bytes changed, cut, doubled or added somewhere. */
export function mutatedTape(): fc.Arbitrary<Uint8Array> {
  const change = fc.record({
    at: fc.nat({ max: 4096 }),
    how: fc.constantFrom('set', 'cut', 'insert', 'truncate', 'huge-length'),
    byte: fc.nat({ max: 255 }),
  });
  return fc.tuple(validTape(), fc.array(change, { minLength: 1, maxLength: 6 })).map(([tape, changes]) => {
    let bytes = Buffer.from(tape);
    for (const { at, how, byte } of changes) bytes = mutate(bytes, at % Math.max(1, bytes.length), how, byte);
    return bytes;
  });
}

function mutate(bytes: Buffer<ArrayBuffer>, at: number, how: string, byte: number): Buffer<ArrayBuffer> {
  const before = bytes.subarray(0, at);
  switch (how) {
    case 'set':
      return Buffer.concat([before, Buffer.of(byte), bytes.subarray(at + 1)]);
    case 'cut':
      return Buffer.concat([before, bytes.subarray(at + 1 + (byte % 16))]);
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(1 + (byte % 16), byte), bytes.subarray(at)]);
    case 'truncate':
      return Buffer.from(before);
    default:
      return Buffer.concat([before, Buffer.of(0xff, 0xff, 0xff, byte), bytes.subarray(at + 4)]);
  }
}
