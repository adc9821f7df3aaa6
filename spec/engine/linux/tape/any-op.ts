import fc from 'fast-check';
import type { Op, Tape } from '../../../../src/engine/linux/tape/op.ts';
import { type FieldType, type OpKind, opTable } from '../../../../src/engine/linux/tape/op-table.ts';

const anyText = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'));
const anyU32 = fc.nat({ max: 0xffff_ffff });

/** Every kind of operation with any values of its fields; tapes nested up to two deep. */
export function anyTape(depth = 2): fc.Arbitrary<Tape> {
  const ops = Object.entries(opTable)
    .filter(([, fields]) => depth > 0 || !Object.values<FieldType>(fields).includes('tape'))
    .map(([kind, fields]) => anyOpOf(kind, fields, depth));
  return fc.array(fc.oneof(...ops), { maxLength: 8 });
}

function anyOpOf(kind: string, fields: Readonly<Record<string, FieldType>>, depth: number): fc.Arbitrary<Op> {
  const values: Record<string, fc.Arbitrary<unknown>> = { kind: fc.constant(kind) };
  for (const [name, type] of Object.entries(fields)) values[name] = anyField(type, depth);
  // The table is the type's own source, so this record is one.
  return fc.record(values) as unknown as fc.Arbitrary<Op & { readonly kind: OpKind }>;
}

function anyField(type: FieldType, depth: number): fc.Arbitrary<unknown> {
  switch (type) {
    case 'slot':
    case 'u32':
      return anyU32;
    case 'u64':
      return fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
    case 'text':
      return anyText;
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 });
    case 'texts':
      return fc.array(anyText, { maxLength: 5 });
    case 'tape':
      return anyTape(depth - 1);
    default:
      return type satisfies never;
  }
}
