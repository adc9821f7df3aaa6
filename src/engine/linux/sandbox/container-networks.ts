import type {
  ContainerSpec,
  NetworkAttachment,
  NetworkSpec,
  PublishedPort,
} from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { errnoOf } from '../client/errno-of.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import { NetworkFaults } from '../fault/network-faults.ts';
import type { Place } from '../fault/plan-filters.ts';
import { dnsResponder, type ForwardQuery } from '../net/dns/dns-responder.ts';
import { planDnsSockets } from '../net/dns/plan-dns.ts';
import { type NamedMember, resolveName } from '../net/dns/resolve-names.ts';
import { type DnsServer, serveDns } from '../net/dns/serve-dns.ts';
import { type IpAddress, renderIp } from '../net/ip.ts';
import { type Attachment, planConnect, planContainerNetwork, planDisconnect } from '../net/plan-attach.ts';
import { type PolicyMember, policyMember } from '../net/policy/policy-member.ts';
import { candidatePorts } from '../net/publish/candidate-ports.ts';
import { type Publication, publishPort } from '../net/publish/publish-port.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { dialerInto } from './dialer-into.ts';
import { ignoreEndedLauncher } from './ignore-ended-launcher.ts';
import { namedMember } from './named-member.ts';
import { NetworkPolicies } from './network-policies.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import { SandboxNetworks } from './sandbox-networks.ts';
import type { SlotPool } from './slot-pool.ts';

interface Member {
  readonly spec: ContainerSpec;
  attachments: readonly Attachment[];
  aliases: readonly NetworkAttachment[];
  dns: DnsServer | undefined;
  publications: readonly Publication[];
}

/** How a container's namespace is furnished: performed by init between clone and release. */
export interface NetworkPlace {
  readonly addresses: readonly string[];
  readonly tape: Tape;
  /** Used by the tape; to be given back when it has been performed. */
  readonly scratch: readonly Slot[];
}

/** Who is on which network of a sandbox: addresses, names, published ports. */
export class ContainerNetworks {
  readonly #init: LauncherClient;
  readonly #slots: SlotPool;
  readonly #facts: SandboxFacts;
  readonly #networks: SandboxNetworks;
  readonly #policies: NetworkPolicies;
  readonly #members = new Map<string, Member>();
  readonly faults: NetworkFaults;
  #closed = false;

  constructor(init: LauncherClient, slots: SlotPool, specs: readonly NetworkSpec[], facts: SandboxFacts) {
    this.#init = init;
    this.#slots = slots;
    this.#facts = facts;
    const { seed, hostRanges, ipv6 } = facts;
    this.#networks = new SandboxNetworks(specs, slots, { seed, hostRanges, ipv6 });
    const namespaceOf = (network: string): Slot => this.#networks.namespaceOf(network);
    const places = (): readonly Place[] => this.#places();
    this.faults = new NetworkFaults({ init, slots, namespaceOf, seed, ipv6, places });
    this.#policies = new NetworkPolicies(specs, {
      init,
      slots,
      namespaceOf,
      membersOf: (network) => this.#policyMembers(network),
    });
  }

  /** Once, before any container. */
  async prepare(): Promise<void> {
    await Promise.all(this.#networks.plan().map((tape) => this.#init.perform(tape)));
    await this.#policies.prepare();
  }

  /** A container's place on its networks; the same addresses again when it starts once more. */
  async join(spec: ContainerSpec, pidfd: Slot, forward?: ForwardQuery): Promise<NetworkPlace> {
    if (spec.network.kind === 'shared')
      return { addresses: this.#addressesOf(spec.network.container), tape: [], scratch: [] };
    const member = (await this.#renewedMember(spec.name)) ?? this.#newMember(spec);
    await this.#policies.renew(...member.attachments.map(({ network }) => network));
    await this.faults.applyFilters();
    const isAttached = spec.network.kind === 'attached';
    const scratch = [this.#slots.take(), this.#slots.take(), this.#slots.take(), this.#slots.take()] as const;
    const tape = planContainerNetwork(
      { container: pidfd, scratchNamespace: scratch[0], scratchSocket: scratch[1] },
      { ipv6: this.#facts.ipv6, singleId: this.#facts.mapping.kind === 'single-id', declared: spec.sysctls },
      member.attachments,
      isAttached ? this.#planDns(member, scratch[2], scratch[3], forward) : [],
    );
    return { addresses: this.#addressesOf(spec.name), tape, scratch };
  }

  /** The first of its networks that has a way out. */
  egressOf(spec: ContainerSpec): string | undefined {
    if (spec.network.kind !== 'attached') return undefined;
    return spec.network.attachments.find(({ network }) => this.#networks.hasEgress(network))?.network;
  }

  async afterStart(spec: ContainerSpec, pidfd: Slot): Promise<void> {
    const member = this.#members.get(spec.name);
    if (member !== undefined) await this.applyFaults(spec.name, pidfd); // one may have begun while it started
    if (member === undefined || member.publications.length > 0) return;
    const dialer = dialerInto(this.#init, this.#slots, pidfd, () => member.attachments);
    const publications: Publication[] = [];
    member.publications = publications;
    for (const port of spec.ports) {
      const candidates = candidatePorts(this.#facts.seed, spec.name, port);
      const publication = await publishPort(port, dialer, candidates);
      if (this.#closed || this.#members.get(spec.name) !== member) {
        await publication.close(0); // else a port of the host would outlive the sandbox
        throw new MayflyError('CONTAINER_STATE', `${spec.name} was removed while its ports were published`);
      }
      publications.push(publication);
    }
  }

  members(): readonly NamedMember[] {
    return [...this.#members.values()].map(namedMember);
  }

  /** Undefined for what only servers outside may know. */
  async resolve(
    asker: string,
    name: string,
    signal: AbortSignal,
  ): Promise<readonly IpAddress[] | 'no such name' | undefined> {
    for (const { answer, delayMs = 0 } of this.faults.dns.of(asker, name)) {
      if (answer !== 'slow') return 'no such name';
      await this.#facts.sleep(delayMs, signal).catch(() => signal.throwIfAborted());
    }
    return resolveName(name, asker, this.members(), 0);
  }

  /** Of a container that has just got links. */
  async applyFaults(container: string, pidfd: Slot): Promise<void> {
    if (this.faults.befalls(container)) await this.changeLines(container, pidfd);
  }

  /** Makes its lines what faults make of them now. */
  async changeLines(container: string, pidfd: Slot): Promise<void> {
    const attachments = this.attachmentsOf(container);
    await this.#policies.renew(...attachments.map(({ network }) => network)); // a long line has another port
    await this.faults.apply({ container, pidfd, attachments });
  }

  attachmentsOf(container: string): readonly Attachment[] {
    return this.#members.get(container)?.attachments ?? [];
  }

  portsOf(container: string): readonly PublishedPort[] {
    return this.#members.get(container)?.publications.flatMap(({ ports }) => ports) ?? [];
  }

  async connect(container: string, pidfd: Slot, network: string): Promise<void> {
    const member = this.#find(container);
    if (member.attachments.some((each) => each.network === network)) return;
    const number = 1 + Math.max(-1, ...member.attachments.map(({ interfaceNumber }) => interfaceNumber));
    const attachment = this.#networks.attach(container, { network, aliases: [] }, number);
    member.attachments = [...member.attachments, attachment]; // at once: another connect must not choose the same number
    const scratch = [this.#slots.take(), this.#slots.take()] as const;
    try {
      await this.faults.applyFilters();
      await this.#policies.renew(network);
      await this.#init.perform(
        planConnect(
          { container: pidfd, scratchNamespace: scratch[0], scratchSocket: scratch[1] },
          attachment,
        ),
      );
      await this.applyFaults(container, pidfd);
    } catch (error) {
      this.#drop(member, attachment);
      await this.#policies.renew(network).catch(() => {}); // the error above says more
      throw error;
    } finally {
      this.#slots.give(...scratch);
    }
  }

  async disconnect(container: string, network: string): Promise<void> {
    const member = this.#find(container);
    const attachment = member.attachments.find((each) => each.network === network);
    if (attachment === undefined) return;
    await this.#unplug(attachment);
    this.#drop(member, attachment);
    await this.#policies.renew(network);
  }

  async #unplug(attachment: Attachment): Promise<void> {
    await this.#init.perform(planDisconnect(attachment)).catch((error: unknown) => {
      if (errnoOf(error) !== 'ENODEV') throw error; // the container has ended, and its interfaces with it
    });
  }

  #drop(member: Member, attachment: Attachment): void {
    member.attachments = member.attachments.filter((each) => each !== attachment);
    this.#networks.release(attachment);
  }

  async leave(container: string): Promise<void> {
    const member = this.#members.get(container);
    if (member === undefined) return;
    this.#members.delete(container);
    member.dns?.close();
    for (const attachment of member.attachments) this.#networks.release(attachment);
    await Promise.all([
      // The kernel would get to it some time after the container's end; until then it would go on answering echo requests.
      ...member.attachments.map((each) => this.#unplug(each).catch(ignoreEndedLauncher)),
      ...member.publications.map((each) => each.close(0)),
      this.#policies.renew(...member.attachments.map(({ network }) => network)).catch(ignoreEndedLauncher),
    ]);
  }

  async closeAll(deadlineMs: number): Promise<void> {
    this.#closed = true;
    const publications = [...this.#members.values()].flatMap((member) => member.publications);
    await Promise.all(publications.map((each) => each.close(deadlineMs)));
  }

  /**
   * Again with the addresses of before, on new ports: the kernel may still be taking the old namespace away, which the name
   * server's sockets would keep. As long as it is there, it would be who refuses what the bridge sends to its port of before.
   */
  async #renewedMember(container: string): Promise<Member | undefined> {
    const member = this.#members.get(container);
    if (member === undefined) return undefined;
    member.dns?.close();
    member.dns = undefined;
    await Promise.all(member.attachments.map((each) => this.#unplug(each)));
    member.attachments = member.attachments.map((each) => this.#networks.renew(each));
    return member;
  }

  #newMember(spec: ContainerSpec): Member {
    const wanted = spec.network.kind === 'attached' ? spec.network.attachments : [];
    const attachments: Attachment[] = [];
    try {
      for (const each of wanted) attachments.push(this.#networks.attach(spec.name, each, attachments.length));
    } catch (error) {
      for (const attachment of attachments) this.#networks.release(attachment);
      throw error;
    }
    const member: Member = { spec, attachments, aliases: wanted, dns: undefined, publications: [] };
    this.#members.set(spec.name, member);
    return member;
  }

  #planDns(member: Member, datagrams: Slot, listener: Slot, forward: ForwardQuery | undefined): Tape {
    const datagramStream = this.#init.nextStream();
    const listenerStream = this.#init.nextStream();
    member.dns?.close();
    member.dns = serveDns(
      { datagrams: this.#init.datagrams(datagramStream), listener: this.#init.listener(listenerStream) },
      dnsResponder({
        asker: member.spec.name,
        members: () => this.members(),
        seed: this.#facts.seed,
        ...(forward === undefined ? {} : { forward }),
        faultsOf: (name) => this.faults.dns.of(member.spec.name, name),
        sleep: this.#facts.sleep,
      }),
    );
    return planDnsSockets({ datagrams, listener, datagramStream, listenerStream });
  }

  #places(): readonly Place[] {
    return [...this.#members].flatMap(([container, { attachments }]) =>
      attachments.map((attachment) => ({ container, attachment })),
    );
  }

  #policyMembers(network: string): readonly PolicyMember[] {
    const places = this.#places().filter(({ attachment }) => attachment.network === network);
    return places.flatMap((place) =>
      this.faults.portsOf(place).map((port) => policyMember(place.container, place.attachment, port)),
    );
  }

  #addressesOf(container: string): readonly string[] {
    return this.attachmentsOf(container).flatMap(({ ipv4, ipv6 }) =>
      [ipv4, ipv6].flatMap((each) => (each === undefined ? [] : [renderIp(each.address)])),
    );
  }

  #find(container: string): Member {
    const member = this.#members.get(container);
    if (member === undefined) throw new MayflyError('INTERNAL', `${container} has no network of its own`);
    return member;
  }
}
