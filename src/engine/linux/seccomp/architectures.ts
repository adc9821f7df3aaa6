import { arm64Syscalls } from './generated/syscalls-arm64.ts';
import { i386Syscalls } from './generated/syscalls-i386.ts';
import { x32Syscalls } from './generated/syscalls-x32.ts';
import { x8664Syscalls } from './generated/syscalls-x86-64.ts';

/** A system call interface that a kernel offers to programs. */
export interface SyscallAbi {
  /** As libseccomp and OCI profiles name it. */
  readonly name: string;
  /** AUDIT_ARCH_…, linux/audit.h: what `seccomp_data.arch` says. */
  readonly auditArch: number;
  readonly syscalls: Readonly<Record<string, number>>;
  /** x32 shares its AUDIT_ARCH with x86-64 and has this bit in every number. */
  readonly numberBit: number;
}

/** The machine, as Go names it, with its own interface first. */
export interface Machine {
  readonly goArch: 'amd64' | 'arm64';
  readonly abis: readonly SyscallAbi[];
}

const x32Bit = 0x4000_0000;

const x8664: SyscallAbi = {
  name: 'SCMP_ARCH_X86_64',
  auditArch: 0xc000_003e,
  syscalls: x8664Syscalls,
  numberBit: 0,
};
const x32: SyscallAbi = {
  name: 'SCMP_ARCH_X32',
  auditArch: 0xc000_003e,
  syscalls: x32Syscalls,
  numberBit: x32Bit,
};
const i386: SyscallAbi = {
  name: 'SCMP_ARCH_X86',
  auditArch: 0x4000_0003,
  syscalls: i386Syscalls,
  numberBit: 0,
};
const arm64: SyscallAbi = {
  name: 'SCMP_ARCH_AARCH64',
  auditArch: 0xc000_00b7,
  syscalls: arm64Syscalls,
  numberBit: 0,
};

/** 32-bit programs on arm64 are not known here: every call of theirs ends them. */
const machines: Readonly<Record<string, Machine>> = {
  x64: { goArch: 'amd64', abis: [x8664, x32, i386] },
  arm64: { goArch: 'arm64', abis: [arm64] },
};

/** By Node's `process.arch`. */
export function machineOf(nodeArch: string): Machine | undefined {
  return machines[nodeArch];
}
