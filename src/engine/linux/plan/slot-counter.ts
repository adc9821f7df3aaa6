import type { Slot } from '../tape/op.ts';

/** Gives out descriptor numbers of one tape, upwards from the first that is free. */
export class SlotCounter {
  #next: Slot;

  constructor(firstFree: Slot) {
    this.#next = firstFree;
  }

  take(): Slot {
    const slot = this.#next;
    this.#next += 1;
    return slot;
  }
}
