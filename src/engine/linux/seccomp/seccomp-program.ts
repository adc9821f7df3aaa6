/** A compiled filter, ready for seccomp(2). */
export interface SeccompProgram {
  /** SECCOMP_FILTER_FLAG_…. */
  readonly flags: number;
  /** An array of `struct sock_filter`: u16 code, u8 jump if true, u8 jump if false, u32 operand; little-endian. */
  readonly filter: Uint8Array;
}
