import type { CallArgument, CallResult, SystemCall } from '../../../core/probe.ts';
import { ByteWriter } from '../tape/byte-writer.ts';
import { errnoName } from '../tape/errno.ts';

/** launcher/probe.c, `enum kind`. */
const kinds = { number: 0, bytes: 1, both: 2, out: 3, scratch: 4, result: 5, linked: 6, filled: 7 } as const;

/** launcher/probe.c, MAX_CALLS. */
export const mostCalls = 65_536;

/** A batch as the probe reads it; `numbers` are the machine's own. RangeError for a call this machine has not. */
export function encodeCalls(
  calls: readonly SystemCall[],
  numbers: Readonly<Record<string, number>>,
): Uint8Array {
  const writer = new ByteWriter();
  const lengthAt = writer.lengthField();
  writer.u32(calls.length);
  for (const { name, args, times = 1 } of calls) {
    const number = numbers[name];
    if (number === undefined) throw new RangeError(`this machine has no system call ${name}`);
    writer.u32(number);
    writer.u32(times);
    writer.u32(args.length);
    for (const arg of args) writeArgument(writer, arg);
  }
  writer.patchLength(lengthAt);
  return writer.finish();
}

function writeArgument(writer: ByteWriter, arg: CallArgument): void {
  if (typeof arg === 'number' || typeof arg === 'bigint') {
    writer.u8(kinds.number);
    writer.i64(arg);
  } else if (typeof arg === 'string') writeBytes(writer, kinds.bytes, Buffer.from(`${arg}\0`));
  else if (arg instanceof Uint8Array) writeBytes(writer, kinds.bytes, arg);
  else if ('inOut' in arg) writeBytes(writer, kinds.both, arg.inOut);
  else if ('out' in arg) writeNumber(writer, kinds.out, arg.out);
  else if ('filled' in arg) writeNumber(writer, kinds.filled, arg.filled);
  else if ('scratch' in arg) writeNumber(writer, kinds.scratch, arg.scratch);
  else if ('bytes' in arg) {
    writeBytes(writer, kinds.linked, arg.bytes);
    writer.u32(arg.pointerAt);
    writer.u32(arg.to.length);
    writer.bytes(arg.to);
  } else writeNumber(writer, kinds.result, arg.result);
}

function writeBytes(writer: ByteWriter, kind: number, bytes: Uint8Array): void {
  writeNumber(writer, kind, bytes.length);
  writer.bytes(bytes);
}

function writeNumber(writer: ByteWriter, kind: number, number: number): void {
  writer.u8(kind);
  writer.u32(number);
}

/** The answer to those calls; RangeError where it is not one, for it comes out of a container. */
export function decodeResults(calls: readonly SystemCall[], answer: Buffer): readonly CallResult[] {
  const view = new DataView(answer.buffer, answer.byteOffset, answer.length);
  const results: CallResult[] = [];
  let at = 0;
  const readResult = (args: SystemCall['args']): CallResult => {
    if (at + 8 > answer.length) throw new RangeError('an answer shorter than its calls');
    const value = view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
    at += 8;
    const out: Uint8Array[] = [];
    for (const arg of args) {
      if (typeof arg !== 'object') continue;
      const length = returnedBytes(arg, value);
      if (length === undefined) continue;
      if (at + length > answer.length) throw new RangeError('an answer shorter than its calls');
      out.push(answer.subarray(at, at + length));
      at += length;
    }
    return value < 0 && value > -4096 ? { value: -1, error: errnoName(-value), out } : { value, out };
  };
  for (const { args, times = 1 } of calls)
    for (let time = 0; time < times; time++) results.push(readResult(args));
  if (at !== answer.length) throw new RangeError('an answer longer than its calls');
  return results;
}

function returnedBytes(arg: CallArgument & object, result: number): number | undefined {
  if ('out' in arg) return arg.out;
  if ('filled' in arg) return Math.min(Math.max(result, 0), arg.filled);
  return 'inOut' in arg ? arg.inOut.length : undefined;
}
