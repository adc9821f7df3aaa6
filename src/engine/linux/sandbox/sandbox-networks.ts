import type { NetworkAttachment, NetworkSpec } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { chooseAddress, firstFree } from '../net/choose-address.ts';
import { renderIp } from '../net/ip.ts';
import type { AddressInSubnet, Attachment } from '../net/plan-attach.ts';
import { type NetworkSlots, planNetwork } from '../net/plan-network.ts';
import { type AllocatedNetwork, allocateSubnets, type PoolOptions } from '../net/subnet-pool.ts';
import type { Slot, Tape } from '../tape/op.ts';
import type { SlotPool } from './slot-pool.ts';

interface SandboxNetwork {
  readonly allocated: AllocatedNetwork;
  readonly slots: NetworkSlots;
  readonly taken: Set<string>;
  /** With a policy: by anyone so far. Connections to a former owner may still be tracked, so a newcomer gets what is in here last. */
  readonly used: Set<string> | undefined;
  ports: number;
}

/** The networks of one sandbox: their namespaces, and who has which address. */
export class SandboxNetworks {
  readonly #networks: ReadonlyMap<string, SandboxNetwork>;
  readonly #ipv6: boolean;

  constructor(specs: readonly NetworkSpec[], slots: SlotPool, options: PoolOptions) {
    this.#ipv6 = options.ipv6;
    const policed = new Set(specs.filter(({ policy }) => policy !== undefined).map(({ name }) => name));
    this.#networks = new Map(
      allocateSubnets(specs, options).map((allocated) => [
        allocated.name,
        {
          allocated,
          slots: { namespace: slots.take(), socket: slots.take() },
          taken: new Set(),
          used: policed.has(allocated.name) ? new Set() : undefined,
          ports: 0,
        },
      ]),
    );
  }

  /** Makes all of them. */
  plan(): readonly Tape[] {
    return [...this.#networks.values()].map(({ slots }) => planNetwork(slots, this.#ipv6));
  }

  namespaceOf(name: string): Slot {
    return this.#find(name).slots.namespace;
  }

  hasEgress(name: string): boolean {
    return this.#networks.get(name)?.allocated.egress ?? false;
  }

  /** A place on a network for a container; `release` gives the addresses back. */
  attach(container: string, wanted: NetworkAttachment, interfaceNumber: number): Attachment {
    const network = this.#find(wanted.network);
    const { allocated } = network;
    const ipv4 = this.#choose(network, container, allocated.subnet4, allocated.declared4, wanted.ipv4);
    const ipv6 =
      allocated.subnet6 === undefined
        ? undefined
        : this.#choose(network, container, allocated.subnet6, allocated.declared6, wanted.ipv6);
    network.ports += 1;
    return {
      network: wanted.network,
      networkSocket: network.slots.socket,
      port: network.ports,
      interfaceNumber,
      ...(ipv4 === undefined ? {} : { ipv4 }),
      ...(ipv6 === undefined ? {} : { ipv6 }),
      ...(wanted.mac === undefined ? {} : { mac: wanted.mac }),
    };
  }

  /** The same place again with a new port, for a container that starts once more. */
  renew(attachment: Attachment): Attachment {
    const network = this.#find(attachment.network);
    network.ports += 1;
    return { ...attachment, port: network.ports };
  }

  release(attachment: Attachment): void {
    const taken = this.#networks.get(attachment.network)?.taken;
    for (const at of [attachment.ipv4, attachment.ipv6])
      if (at !== undefined) taken?.delete(renderIp(at.address));
  }

  #find(name: string): SandboxNetwork {
    const network = this.#networks.get(name);
    if (network === undefined)
      throw new MayflyError('NETWORK_FAILED', `there is no network ${name} in this sandbox`);
    return network;
  }

  #choose(
    network: SandboxNetwork,
    container: string,
    subnet: AllocatedNetwork['subnet4'],
    declared: boolean,
    wanted: string | undefined,
  ): AddressInSubnet {
    const { taken, used, allocated } = network;
    const request = {
      network: allocated.name,
      container,
      subnet,
      declared,
      taken,
      ...(wanted === undefined ? {} : { wanted }),
    };
    const unused = wanted === undefined && used ? firstFree({ ...request, taken: used }) : undefined;
    const address = unused ?? chooseAddress(request);
    taken.add(renderIp(address));
    used?.add(renderIp(address));
    return { address, subnet };
  }
}
