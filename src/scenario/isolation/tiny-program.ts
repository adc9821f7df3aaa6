/**
 * A static program of two system calls: it exits with its effective user's number (its low byte). Written as machine code, for an
 * image may have no program at all; undefined on machines whose code is not here. elf(5).
 */
export function tinyProgram(machine: string): Uint8Array | undefined {
  const code = codes[machine];
  if (code === undefined) return undefined;
  const [headers, base] = [120, 0x40_0000];
  const elf = Buffer.alloc(headers + code.bytes.length);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(elf); // 64 bits, little-endian
  elf.writeUInt16LE(2, 16); // ET_EXEC
  elf.writeUInt16LE(code.machine, 18);
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(base + headers), 24); // entry
  elf.writeBigUInt64LE(64n, 32); // program headers
  elf.writeUInt16LE(64, 52);
  elf.writeUInt16LE(56, 54);
  elf.writeUInt16LE(1, 56);
  elf.writeUInt32LE(1, 64); // PT_LOAD
  elf.writeUInt32LE(5, 68); // read and execute
  elf.writeBigUInt64LE(BigInt(base), 80);
  elf.writeBigUInt64LE(BigInt(base), 88);
  elf.writeBigUInt64LE(BigInt(elf.length), 96);
  elf.writeBigUInt64LE(BigInt(elf.length), 104);
  elf.writeBigUInt64LE(0x1000n, 112);
  Buffer.from(code.bytes).copy(elf, headers);
  return elf;
}

/** exit(geteuid()), as `uname -m` names machines. */
const codes: Readonly<Record<string, { readonly machine: number; readonly bytes: readonly number[] }>> = {
  // mov $107,%eax; syscall; mov %eax,%edi; mov $60,%eax; syscall
  x86_64: {
    machine: 62,
    bytes: [0xb8, 0x6b, 0, 0, 0, 0x0f, 0x05, 0x89, 0xc7, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05],
  },
  // mov x8,#175; svc #0; mov x8,#93; svc #0
  aarch64: {
    machine: 183,
    bytes: [0xe8, 0x15, 0x80, 0xd2, 0x01, 0, 0, 0xd4, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0, 0, 0xd4],
  },
};
