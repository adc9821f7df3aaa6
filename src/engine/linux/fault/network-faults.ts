import type { DelayFault, RateFault } from '../../../core/fault.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import { type Attachment, indexesOf } from '../net/plan-attach.ts';
import type { SlotPool } from '../sandbox/slot-pool.ts';
import type { Slot } from '../tape/op.ts';
import { DelayLines } from './delay-lines.ts';
import { DnsFaults } from './dns-faults.ts';
import { FilterFaults } from './filter-faults.ts';
import { delayedPortOf } from './plan-delay-line.ts';
import type { FilterFault, Place } from './plan-filters.ts';
import { RateFaults } from './rate-faults.ts';
import { setRate } from './set-rate.ts';

interface Parts {
  readonly init: LauncherClient;
  readonly slots: SlotPool;
  readonly namespaceOf: (network: string) => Slot;
  readonly seed: number;
  readonly ipv6: boolean;
  /** Everyone on every network now. */
  readonly places: () => readonly Place[];
}

/** A container that runs, as far as networks go. */
export interface Lines {
  readonly container: string;
  readonly pidfd: Slot;
  readonly attachments: readonly Attachment[];
}

/** Everything of the networks of a sandbox that is broken on purpose. */
export class NetworkFaults {
  readonly dns = new DnsFaults();
  readonly #rates = new RateFaults();
  readonly #delays: DelayLines;
  readonly #filters: FilterFaults;
  readonly #parts: Parts;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#delays = new DelayLines(parts.init, parts.namespaceOf, parts.seed);
    this.#filters = new FilterFaults({ ...parts, portsOf: (place) => this.portsOf(place) });
  }

  /** Holds for lines once they are applied. */
  begin(fault: RateFault | DelayFault): () => void {
    return fault.kind === 'rate' ? this.#rates.begin(fault) : this.#delays.begin(fault);
  }

  befalls(container: string): boolean {
    return this.#rates.of(container) !== undefined || this.#delays.of(container) !== undefined;
  }

  /** By which ports of the bridge its frames arrive and leave: another than its own while its line is long. */
  portsOf({ container, attachment }: Place): readonly number[] {
    const isDelayed = this.#delays.of(container) !== undefined || this.#delays.isOnRelay(attachment);
    return [indexesOf(attachment).onBridge, ...(isDelayed ? [delayedPortOf(attachment)] : [])];
  }

  /** From now on; resolves to how it ends. `running`: pidfds of containers that run. */
  async beginFilter(fault: FilterFault, running: ReadonlyMap<string, Slot>): Promise<() => Promise<void>> {
    const filter = this.#filters.begin(fault);
    const end = (): Promise<void> => this.#inTurn(() => this.#filters.end(filter));
    try {
      await this.applyFilters();
      if (fault.kind === 'reset') await this.#inTurn(() => this.#filters.rouse(fault, running));
    } catch (error) {
      await end();
      throw error;
    }
    return end;
  }

  /** For who is where now, also before a link is there. */
  applyFilters(): Promise<void> {
    return this.#inTurn(() => this.#filters.apply());
  }

  /** Makes the lines what faults make of them now, or nothing of it; as often as one likes. */
  apply(lines: Lines): Promise<void> {
    return this.#inTurn(async () => {
      await this.#filters.apply();
      await this.#applyRate(lines);
      await this.#delays.apply(lines.container, lines.attachments);
    });
  }

  /** After the end of a fault. */
  requireNoneLost(): void {
    this.#delays.requireNoneLost();
  }

  async #applyRate({ container, pidfd, attachments }: Lines): Promise<void> {
    const { init, slots } = this.#parts;
    const rate = this.#rates.of(container);
    const scratch = slots.take();
    try {
      for (const attachment of attachments)
        await setRate(init, { attachment, container: pidfd, scratch }, rate);
    } finally {
      slots.give(scratch);
    }
  }

  /** One after the other: two that change the same line at once would undo each other. */
  #inTurn(action: () => Promise<void>): Promise<void> {
    const mine = this.#last.then(action);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
