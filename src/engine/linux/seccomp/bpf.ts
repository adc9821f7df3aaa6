import { MayflyError } from '../../../core/mayfly-error.ts';

/**
 * Classic BPF as seccomp(2) takes it: a graph whose nodes know where to go next, and the assembler that lays it out. Only the
 * instructions with which the kernel can precompute "always allowed" (seccomp_is_const_allow, kernel/seccomp.c) are used.
 */
export type Node =
  | { readonly kind: 'return'; readonly value: number }
  | { readonly kind: 'load'; readonly offset: number; readonly next: Node }
  | { readonly kind: 'and'; readonly mask: number; readonly next: Node }
  | {
      readonly kind: 'jump';
      readonly test: JumpTest;
      readonly operand: number;
      readonly whenTrue: Node;
      readonly whenFalse: Node;
    };

type JumpTest = 'equal' | 'greater' | 'greaterOrEqual';

/** linux/bpf_common.h. */
const codes = {
  load: 0x20, // BPF_LD | BPF_W | BPF_ABS
  and: 0x54, // BPF_ALU | BPF_AND | BPF_K
  return: 0x06, // BPF_RET | BPF_K
  always: 0x05, // BPF_JMP | BPF_JA
  equal: 0x15, // BPF_JMP | BPF_JEQ | BPF_K
  greater: 0x25, // BPF_JMP | BPF_JGT | BPF_K
  greaterOrEqual: 0x35, // BPF_JMP | BPF_JGE | BPF_K
} as const;

interface Instruction {
  readonly code: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly operand: number;
}

/** Conditional jumps reach this far; what is further away is reached through an unconditional one. */
const farthestJump = 255;
const instructionBytes = 8;
/** BPF_MAXINSNS. */
const mostInstructions = 4096;

export function assemble(start: Node): Uint8Array {
  const layout = new Layout();
  layout.place(start);
  return layout.encode();
}

/** Jumps go forward only, so the program is laid out from its end. Positions count from there. */
class Layout {
  readonly #fromEnd: Instruction[] = [];
  readonly #positions = new Map<Node, number>();
  readonly #returns = new Map<number, number>();

  /** The node's position, after that of everything it leads to; what is there already is used again. */
  place(node: Node): number {
    const waiting = [node];
    for (let top = waiting.at(-1); top !== undefined; top = waiting.at(-1)) {
      const missing = successors(top).filter((next) => !this.#positions.has(next));
      if (missing.length > 0 && !this.#positions.has(top)) {
        waiting.push(...missing);
        continue;
      }
      if (!this.#positions.has(top)) this.#positions.set(top, this.#build(top));
      waiting.pop();
    }
    return this.#positions.get(node) ?? 0;
  }

  encode(): Uint8Array {
    const bytes = Buffer.alloc(this.#fromEnd.length * instructionBytes);
    let at = 0;
    for (const { code, whenTrue, whenFalse, operand } of this.#fromEnd.toReversed()) {
      bytes.writeUInt16LE(code, at);
      bytes.writeUInt8(whenTrue, at + 2);
      bytes.writeUInt8(whenFalse, at + 3);
      bytes.writeUInt32LE(operand, at + 4);
      at += instructionBytes;
    }
    return bytes;
  }

  #build(node: Node): number {
    switch (node.kind) {
      case 'return':
        return this.#nearReturn(node.value) ?? this.#emitReturn(node.value);
      case 'load':
        this.#follow(this.place(node.next));
        return this.#emit(codes.load, 0, 0, node.offset);
      case 'and':
        this.#follow(this.place(node.next));
        return this.#emit(codes.and, 0, 0, node.mask);
      case 'jump':
        return this.#buildJump(node);
      default:
        return node satisfies never;
    }
  }

  #buildJump({ test, operand, whenTrue, whenFalse }: Node & { readonly kind: 'jump' }): number {
    this.place(whenTrue);
    this.place(whenFalse);
    // Making one near can push the other away, but only by one instruction each: two rounds settle it.
    this.#bringNear(whenTrue);
    this.#bringNear(whenFalse);
    const trueAt = this.#bringNear(whenTrue);
    const falseAt = this.place(whenFalse);
    const here = this.#fromEnd.length;
    return this.#emit(codes[test], here - trueAt - 1, here - falseAt - 1, operand);
  }

  /** A position of the node that a conditional jump reaches, with room for a neighbour's own detour. */
  #bringNear(node: Node): number {
    const at = this.place(node);
    if (this.#fromEnd.length - at <= farthestJump - 2) return at;
    const detour = node.kind === 'return' ? this.#emitReturn(node.value) : this.#emitJumpTo(at);
    this.#positions.set(node, detour);
    return detour;
  }

  /** Falls through to a position: nothing to do when it comes next, else a jump. */
  #follow(position: number): void {
    if (position !== this.#fromEnd.length - 1) this.#emitJumpTo(position);
  }

  #emitJumpTo(position: number): number {
    return this.#emit(codes.always, 0, 0, this.#fromEnd.length - position - 1);
  }

  #nearReturn(value: number): number | undefined {
    const at = this.#returns.get(value);
    return at !== undefined && this.#fromEnd.length - at <= farthestJump - 2 ? at : undefined;
  }

  #emitReturn(value: number): number {
    const at = this.#emit(codes.return, 0, 0, value);
    this.#returns.set(value, at);
    return at;
  }

  #emit(code: number, whenTrue: number, whenFalse: number, operand: number): number {
    if (this.#fromEnd.length === mostInstructions) throw tooLarge();
    this.#fromEnd.push({ code, whenTrue, whenFalse, operand });
    return this.#fromEnd.length - 1;
  }
}

/** The one that is to come next in the program is last. */
function successors(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'return':
      return [];
    case 'jump':
      return [node.whenFalse, node.whenTrue];
    default:
      return [node.next];
  }
}

function tooLarge(): MayflyError {
  return new MayflyError(
    'SCENARIO_LIMIT',
    `the seccomp profile needs more than the ${mostInstructions} instructions that the kernel takes`,
    { hint: 'use fewer conditions on arguments' },
  );
}
