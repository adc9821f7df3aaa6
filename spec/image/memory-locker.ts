import type { ByteLocker, LockMode } from '../../src/image/store/store-lock.ts';

export interface HeldLock {
  readonly holder: ByteLocker;
  readonly byte: number;
  readonly shared: boolean;
}

/** Locks as the kernel has them, among those who share the list. */
export class MemoryLocker implements ByteLocker {
  readonly #held: HeldLock[];

  constructor(held: HeldLock[]) {
    this.#held = held;
  }

  async lock(_file: string, byte: number, mode: LockMode): Promise<boolean> {
    const others = this.#held.filter((lock) => lock.byte === byte && lock.holder !== this);
    const shared = mode === 'shared';
    if (others.some((lock) => !(shared && lock.shared))) return false;
    if (mode !== 'test') this.#held.push({ holder: this, byte, shared });
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#held.splice(0, Infinity, ...this.#held.filter(({ holder }) => holder !== this));
  }
}
