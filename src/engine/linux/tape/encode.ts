import { MayflyError } from '../../../core/mayfly-error.ts';
import { ByteWriter } from './byte-writer.ts';
import type { Op, Tape } from './op.ts';
import { opLayout } from './op-layout.ts';
import type { FieldType } from './op-table.ts';

/** `MYPF` in little-endian order: the first four bytes of every tape, nested ones included. */
const tapeMagic = 0x4650_594d;

/**
 * The tape as the launcher reads it, little-endian, without padding: magic, number of operations, then per operation its code,
 * the length of its payload, and its fields in the table's order. Numbers stand alone; everything else has its byte length in
 * front; texts end in a NUL, which the length counts.
 */
export function encodeTape(tape: Tape): Uint8Array {
  const writer = new ByteWriter();
  writeTape(writer, tape);
  return writer.finish();
}

function writeTape(writer: ByteWriter, tape: Tape): void {
  writer.u32(tapeMagic);
  writer.u32(tape.length);
  for (const op of tape) writeOp(writer, op);
}

function writeOp(writer: ByteWriter, op: Op): void {
  const { code, fields } = opLayout(op.kind);
  const values: Readonly<Record<string, unknown>> = op;
  writer.u32(code);
  const lengthAt = writer.lengthField();
  for (const { name, type } of fields) {
    if (!writeField(writer, type, values[name])) throw new TypeError(`${op.kind}: ${name} is no ${type}`);
  }
  writer.patchLength(lengthAt);
}

/** False when the value is not of the type; the types promise that it is, so this is only met by a bug. */
function writeField(writer: ByteWriter, type: FieldType, value: unknown): boolean {
  switch (type) {
    case 'slot':
    case 'u32':
      if (typeof value !== 'number') return false;
      writer.u32(value);
      return true;
    case 'u64':
      if (typeof value !== 'number' && typeof value !== 'bigint') return false;
      writer.u64(value);
      return true;
    case 'text':
      if (typeof value !== 'string') return false;
      writeText(writer, value);
      return true;
    case 'bytes':
      if (!(value instanceof Uint8Array)) return false;
      writer.u32(value.length);
      writer.bytes(value);
      return true;
    case 'texts':
      if (!isTexts(value)) return false;
      writeTexts(writer, value);
      return true;
    case 'tape':
      if (!isTape(value)) return false;
      writeNested(writer, value);
      return true;
    default:
      return type satisfies never;
  }
}

function writeText(writer: ByteWriter, text: string): void {
  if (text.includes('\0')) {
    const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
    throw new MayflyError(
      'SCENARIO_WRONG_VALUE',
      `${shown} contains a NUL byte, which the kernel takes as its end`,
      {
        hint: 'remove the NUL byte',
      },
    );
  }
  const lengthAt = writer.lengthField();
  writer.cString(text);
  writer.patchLength(lengthAt);
}

/** launcher.h MAX_TEXTS. */
const mostTexts = 65_536;

function writeTexts(writer: ByteWriter, texts: readonly string[]): void {
  if (texts.length > mostTexts) {
    throw new MayflyError(
      'SCENARIO_LIMIT',
      `${texts.length} arguments or variables; a process gets at most ${mostTexts}`,
    );
  }
  const lengthAt = writer.lengthField();
  writer.u32(texts.length);
  for (const text of texts) writeText(writer, text);
  writer.patchLength(lengthAt);
}

function writeNested(writer: ByteWriter, tape: Tape): void {
  const lengthAt = writer.lengthField();
  writeTape(writer, tape);
  writer.patchLength(lengthAt);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

/** Whether each entry is a known operation shows when it is written. */
function isTape(value: unknown): value is Tape {
  return Array.isArray(value);
}
