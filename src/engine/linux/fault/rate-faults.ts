import type { RateFault } from '../../../core/fault.ts';

/** Lines that are to be slow, as long as it lasts. */
export class RateFaults {
  readonly #active = new Set<RateFault>();

  begin(fault: RateFault): () => void {
    this.#active.add(fault);
    return () => this.#active.delete(fault);
  }

  /** Bytes per second of the slowest; undefined: nothing slows it down. */
  of(container: string): number | undefined {
    const rates = [...this.#active].flatMap(({ containers, bytesPerSecond }) =>
      containers.includes(container) ? [bytesPerSecond] : [],
    );
    return rates.length === 0 ? undefined : Math.min(...rates);
  }
}
