import type { ResetFault } from '../../../core/fault.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import { splitBatch } from '../net/netfilter/batch.ts';
import { planNoResets, planResets } from '../net/netfilter/bridge-calls.ts';
import { performBatches } from '../net/netfilter/perform-batch.ts';
import { deleteTable } from '../net/netfilter/table.ts';
import type { NetlinkMessage } from '../net/netlink/message.ts';
import type { SlotPool } from '../sandbox/slot-pool.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { type FilterFault, familyOf, type Place, planFilter, type Way, waysOf } from './plan-filters.ts';
import { rouseConnections } from './reset-open.ts';

interface Parts {
  readonly init: LauncherClient;
  readonly slots: SlotPool;
  readonly ipv6: boolean;
  readonly namespaceOf: (network: string) => Slot;
  /** Everyone on every network now, whether it runs or not. */
  readonly places: () => readonly Place[];
  /** By which ports of the bridge its frames arrive and leave, now or soon. */
  readonly portsOf: (place: Place) => readonly number[];
}

export interface Filter {
  readonly fault: FilterFault;
  readonly name: string;
  /** Networks that have its table, each with a routing socket in it. */
  readonly made: Map<string, Slot>;
}

/** Frames that are dropped or answered with resets, by a table of each fault's own in each network it concerns. */
export class FilterFaults {
  readonly #parts: Parts;
  readonly #active = new Set<Filter>();
  #begun = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Holds once it is applied.
   * @throws MayflyError FAULT_UNSUPPORTED where nobody could tell it from none.
   */
  begin(fault: FilterFault): Filter {
    if (this.#networks(fault).every(({ ways }) => ways.length === 0)) {
      throw new MayflyError(
        'FAULT_UNSUPPORTED',
        `those of the fault \`${fault.kind}\` share no network, so nothing passes between them anyway`,
        { hint: 'name services of one network' },
      );
    }
    this.#begun += 1;
    const filter = { fault, name: `fault${this.#begun}`, made: new Map<string, Slot>() };
    this.#active.add(filter);
    return filter;
  }

  /** All of them, for who is where now. */
  async apply(): Promise<void> {
    for (const filter of this.#active) {
      for (const { network, ways } of this.#networks(filter.fault)) {
        if (ways.length > 0 || filter.made.has(network)) await this.#make(filter, network, ways);
      }
    }
  }

  async end(filter: Filter): Promise<void> {
    if (!this.#active.delete(filter)) return;
    const ends = [...filter.made].map(([network, socket]) =>
      this.#batch(network, [this.#deleted(filter)], this.#afterLast(filter, network, socket)),
    );
    for (const end of await Promise.allSettled(ends)) if (end.status === 'rejected') throw end.reason;
  }

  #afterLast({ fault }: Filter, network: string, socket: Slot): Tape {
    const isLast = ![...this.#active].some((each) => each.fault.kind === 'reset' && each.made.has(network));
    return fault.kind === 'reset' && isLast ? planNoResets(socket, this.#parts.ipv6) : [];
  }

  /** Resets answer who sends; those who have a connection and are silent are made to say something. */
  async rouse(fault: ResetFault, senders: ReadonlyMap<string, Slot>): Promise<void> {
    const { init, slots, ipv6, namespaceOf } = this.#parts;
    const ways = this.#networks(fault).flatMap(({ network, ways: all }) =>
      all.flatMap((way) => {
        const sender = senders.get(way.from.container);
        return sender === undefined ? [] : [{ ...way, sender, namespace: namespaceOf(network) }];
      }),
    );
    const slot = slots.take();
    try {
      await rouseConnections(ways, fault.port, { init, slot, ipv6 });
    } finally {
      slots.give(slot);
    }
  }

  #networks(fault: FilterFault): readonly { readonly network: string; readonly ways: readonly Way[] }[] {
    const places = this.#parts.places();
    const networks = [...new Set(places.map(({ attachment }) => attachment.network))];
    return networks.map((network) => {
      const members = places.filter(({ attachment }) => attachment.network === network);
      return { network, ways: waysOf(fault, members) };
    });
  }

  /** In one transaction, unless it is for hundreds: no frame passes between the table of before and this one. */
  async #make(filter: Filter, network: string, ways: readonly Way[]): Promise<void> {
    const before = filter.made.has(network) ? [this.#deleted(filter)] : [];
    const socket = ways[0]?.from.attachment.networkSocket ?? filter.made.get(network);
    if (socket === undefined) return;
    const first = filter.fault.kind === 'reset' ? planResets(socket, this.#parts.ipv6) : [];
    const table = planFilter(filter.fault, filter.name, ways, this.#parts.portsOf);
    await this.#batch(network, [...before, ...table], first);
    filter.made.set(network, socket);
  }

  #deleted({ fault, name }: Filter): ReturnType<typeof deleteTable> {
    return deleteTable({ family: familyOf(fault), name });
  }

  #batch(network: string, messages: readonly NetlinkMessage[], first: Tape = []): Promise<void> {
    return performBatches(this.#parts, this.#parts.namespaceOf(network), splitBatch(messages), first);
  }
}
