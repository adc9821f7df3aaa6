/** What seccomp(2) gives a filter to look at. */
export interface SeccompData {
  readonly nr: number;
  readonly arch: number;
  readonly args: readonly bigint[];
}

const stepLimit = 4096;

/** Runs a filter as the kernel would (Documentation/networking/filter.rst); anything the kernel would refuse throws. */
export function runFilter(filter: Uint8Array, data: SeccompData): number {
  const program = Buffer.from(filter);
  const memory = encodeData(data);
  let accumulator = 0;
  let at = 0;
  for (let steps = 0; steps < stepLimit; steps += 1) {
    if (at * 8 + 8 > program.length) throw new Error(`jump out of the program to ${at}`);
    const operand = program.readUInt32LE(at * 8 + 4);
    const jump = (taken: boolean): number => at + 1 + program.readUInt8(at * 8 + (taken ? 2 : 3));
    const code = program.readUInt16LE(at * 8);
    switch (code) {
      case 0x20:
        if (operand % 4 !== 0) throw new Error('unaligned load');
        accumulator = memory.readUInt32LE(operand);
        at += 1;
        break;
      case 0x54:
        accumulator = (accumulator & operand) >>> 0;
        at += 1;
        break;
      case 0x05:
        at += 1 + operand;
        break;
      case 0x15:
        at = jump(accumulator === operand);
        break;
      case 0x25:
        at = jump(accumulator > operand);
        break;
      case 0x35:
        at = jump(accumulator >= operand);
        break;
      case 0x06:
        return operand;
      default:
        throw new Error(`unknown instruction 0x${code.toString(16)}`);
    }
  }
  throw new Error('the program does not end');
}

function encodeData({ nr, arch, args }: SeccompData): Buffer {
  const memory = Buffer.alloc(64);
  memory.writeUInt32LE(nr >>> 0, 0);
  memory.writeUInt32LE(arch, 4);
  for (const [index, value] of args.entries()) memory.writeBigUInt64LE(value, 16 + index * 8);
  return memory;
}
