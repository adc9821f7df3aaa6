import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Slot } from '../tape/op.ts';

/** launcher.h MAX_SLOTS. */
const slotLimit = 65_536;

/** Numbers for descriptors of a server that come and go: the lowest free one is given out first. */
export class SlotPool {
  readonly #free: Slot[] = [];
  #next: Slot;

  constructor(firstFree: Slot) {
    this.#next = firstFree;
  }

  take(): Slot {
    const slot = this.#free.pop() ?? this.#next;
    if (slot === this.#next) this.#next += 1;
    if (slot >= slotLimit) {
      throw new MayflyError('INTERNAL', `a sandbox has at most ${slotLimit} descriptors`);
    }
    return slot;
  }

  /** The descriptor in it must be closed, or given to a pump, by a tape that is already sent. */
  give(...slots: readonly Slot[]): void {
    this.#free.push(...slots);
  }
}
