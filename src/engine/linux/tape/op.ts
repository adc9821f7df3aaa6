import type { FieldType, OpKind, opTable } from './op-table.ts';

/** The number under which a server knows a descriptor; TypeScript gives the numbers out. */
export type Slot = number;

/** "No descriptor" in an optional slot field. */
export const noSlot: Slot = 0xffff_ffff;

interface FieldValue {
  readonly slot: Slot;
  readonly u32: number;
  readonly u64: number | bigint;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly texts: readonly string[];
  readonly tape: readonly Op[];
}

type Fields<T extends Record<string, FieldType>> = { readonly [K in keyof T]: FieldValue[T[K]] };

/** One kernel operation on the launch tape. Every field is literal: the launcher takes no decisions. */
export type Op = { readonly [K in OpKind]: { readonly kind: K } & Fields<(typeof opTable)[K]> }[OpKind];

export type Tape = readonly Op[];
