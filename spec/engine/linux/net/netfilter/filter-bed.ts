import { afterAll, beforeAll } from 'vitest';
import { splitBatch } from '../../../../../src/engine/linux/net/netfilter/batch.ts';
import { planResets } from '../../../../../src/engine/linux/net/netfilter/bridge-calls.ts';
import { performBatches } from '../../../../../src/engine/linux/net/netfilter/perform-batch.ts';
import type { NetlinkMessage } from '../../../../../src/engine/linux/net/netlink/message.ts';
import {
  type Attachment,
  indexesOf,
  planContainerNetwork,
} from '../../../../../src/engine/linux/net/plan-attach.ts';
import { type NetworkSlots, planNetwork } from '../../../../../src/engine/linux/net/plan-network.ts';
import type { Slot, Tape } from '../../../../../src/engine/linux/tape/op.ts';
import { attachment } from '../network-builders.ts';
import { type Netns, NetworkSandbox } from '../network-sandbox.ts';

export interface FilterMember {
  readonly netns: Netns;
  readonly attachment: Attachment;
  /** Of its port on the bridge. */
  readonly port: number;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** One bridge in a namespace of its own, members on it, and batches performed there. */
export class FilterBed {
  readonly sandbox: NetworkSandbox;
  readonly #network: NetworkSlots;
  readonly #scratch: readonly [Slot, Slot];
  #members = 0;

  private constructor(sandbox: NetworkSandbox) {
    this.sandbox = sandbox;
    this.#network = { namespace: sandbox.slot(), socket: sandbox.slot() };
    this.#scratch = [sandbox.slot(), sandbox.slot()];
  }

  static async open(): Promise<FilterBed> {
    const bed = new FilterBed(NetworkSandbox.open());
    await bed.sandbox.perform(planNetwork(bed.#network, true));
    return bed;
  }

  async member(): Promise<FilterMember> {
    this.#members += 1;
    const number = this.#members;
    const [ipv4, ipv6] = [`10.7.0.${number}`, `fd07::${number}`];
    const netns = await this.sandbox.container();
    const place = attachment('net', this.#network.socket, {
      port: number,
      interfaceNumber: 0,
      ipv4: `${ipv4}/24`,
      ipv6: `${ipv6}/64`,
    });
    const [scratchNamespace, scratchSocket] = this.#scratch;
    const sysctls = { ipv6: true, singleId: true, declared: {} };
    await this.sandbox.perform(
      planContainerNetwork({ container: netns.slot, scratchNamespace, scratchSocket }, sysctls, [place]),
    );
    return { netns, attachment: place, port: indexesOf(place).onBridge, ipv4, ipv6 };
  }

  batch(messages: readonly NetlinkMessage[], first: Tape = []): Promise<void> {
    const slots = { take: () => this.#scratch[1], give: () => {} };
    return performBatches(
      { init: this.sandbox.client, slots },
      this.#network.namespace,
      splitBatch(messages),
      first,
    );
  }

  planResets(): Tape {
    return planResets(this.#network.socket, true);
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }
}

/** A bed for all tests of a file. */
export function openFilterBed(): { readonly current: () => FilterBed } {
  let bed: FilterBed | undefined;
  beforeAll(async () => {
    bed = await FilterBed.open();
  });
  afterAll(() => bed?.close());
  return {
    current: () => {
      if (bed === undefined) throw new Error('the bed is not open yet');
      return bed;
    },
  };
}
