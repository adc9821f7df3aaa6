import type { Fault, FaultSpec } from '../../core/fault.ts';

/** Faults of a fake sandbox are remembered, so that tests see what would be broken, and whether it was mended. */
export class FakeFaults {
  readonly #active = new Set<Fault>();
  /** All that ever began, in order. */
  readonly begun: FaultSpec[] = [];

  get active(): readonly FaultSpec[] {
    return [...this.#active].map(({ spec }) => spec);
  }

  begin(spec: FaultSpec): Fault {
    const fault: Fault = {
      spec,
      [Symbol.asyncDispose]: async () => {
        this.#active.delete(fault);
      },
    };
    this.#active.add(fault);
    this.begun.push(spec);
    return fault;
  }
}
