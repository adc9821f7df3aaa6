import type { ContainerSpec, PublishedPort } from '../../../core/container.ts';
import type {
  AttachedNetwork,
  Container,
  ContainerUsage,
  ImageFiles,
  Leak,
  Sandbox,
  SandboxSpec,
} from '../../../core/engine.ts';
import type { Fault, FaultSpec } from '../../../core/fault.ts';
import type { Layer } from '../../../core/image.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { ContainerHandles, ContainerHome } from '../container/container-home.ts';
import { LinuxContainer } from '../container/linux-container.ts';
import { LinuxProcess } from '../container/linux-process.ts';
import type { RootParts } from '../container/own-files.ts';
import { beginFault } from '../fault/begin-fault.ts';
import type { IpAddress } from '../net/ip.ts';
import { describeAttachment } from '../net/plan-attach.ts';
import { resolveUser, type UserDatabase } from '../plan/resolve-user.ts';
import { asProbe } from '../probe/as-probe.ts';
import type { SeccompProgram } from '../seccomp/seccomp-program.ts';
import type { Slot } from '../tape/op.ts';
import { Attic } from './attic.ts';
import { ContainerCgroups } from './container-cgroups.ts';
import { ContainerEgress } from './container-egress.ts';
import { launchContainer } from './container-launch.ts';
import { ContainerNetworks } from './container-networks.ts';
import { renderIdentityMap } from './id-mapping.ts';
import { ignoreEndedLauncher } from './ignore-ended-launcher.ts';
import { LayerLease } from './layer-lease.ts';
import { networkOwnerOf } from './network-owner.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import { OutsideView } from './outside-view.ts';
import type { LimitsHit } from './read-cgroup-usage.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import { SandboxImages } from './sandbox-images.ts';
import { initSlots } from './sandbox-slots.ts';
import { SlotPool } from './slot-pool.ts';

/** Everything of one run, alive as long as its supervisor. */
export class LinuxSandbox implements Sandbox, ContainerHome {
  readonly slots = new SlotPool(initSlots.firstFree);
  readonly outside: OutsideView;
  readonly #spec: SandboxSpec;
  readonly #opened: OpenedSandbox;
  readonly #facts: SandboxFacts;
  readonly #attic: Attic;
  readonly #networks: ContainerNetworks;
  readonly #cgroups: ContainerCgroups;
  readonly #egress: ContainerEgress;
  readonly #containers = new Map<string, LinuxContainer>();
  readonly #images: SandboxImages;
  #closing: Promise<readonly Leak[]> | undefined;
  #probeProvided: Promise<void> | undefined;

  constructor(spec: SandboxSpec, opened: OpenedSandbox, facts: SandboxFacts) {
    this.#spec = spec;
    this.#opened = opened;
    this.#facts = facts;
    this.outside = new OutsideView(facts.host, opened.initPid);
    this.#images = new SandboxImages(opened.init, new LayerLease(opened.supervisor, facts.layersDirectory));
    this.#attic = new Attic(opened, this.slots, spec, facts);
    this.#networks = new ContainerNetworks(opened.init, this.slots, spec.networks, facts);
    this.#egress = new ContainerEgress(opened, this.slots, facts, this.outside);
    this.#cgroups = new ContainerCgroups(opened, this.slots, spec.runId, facts);
  }

  /** Networks and volumes; once, before any container. */
  async prepare(): Promise<void> {
    await Promise.all([this.#attic.prepare(), this.#networks.prepare()]);
  }

  get init() {
    return this.#opened.init;
  }

  get mappedIds(): number {
    return this.#facts.mapping.kind === 'single-id' ? 1 : 65_536;
  }

  get inheritedOomScoreAdj(): number {
    return this.#facts.oomScoreAdj;
  }

  get ipv6(): boolean {
    return this.#facts.ipv6;
  }

  get upper(): 'tmpfs' | 'disk' {
    return this.#facts.writable.kind === 'memory' ? 'tmpfs' : 'disk';
  }

  async startContainer(spec: ContainerSpec, signal: AbortSignal): Promise<Container> {
    signal.throwIfAborted();
    if (this.#containers.has(spec.name))
      throw new MayflyError('CONTAINER_STATE', `a container ${spec.name} exists already`);
    const id = Buffer.from(this.#facts.randomBytes(32)).toString('hex');
    const container = new LinuxContainer(spec, id, this);
    this.#containers.set(spec.name, container);
    try {
      await container.start(signal);
    } catch (error) {
      await container.remove().catch(() => {});
      throw error;
    }
    return container;
  }

  async openImageFiles(layers: readonly Layer[], signal: AbortSignal): Promise<ImageFiles> {
    signal.throwIfAborted();
    await this.#images.usersOf(layers);
    const { openImageFiles } = await import('./image-files.ts');
    return openImageFiles(this, { key: this.#images.keyOf(layers), layers: layers.length });
  }

  async launch(declared: ContainerSpec, { pidfd, mounts }: ContainerHandles): Promise<LinuxProcess> {
    const spec = declared.idle ? { ...declared, process: asProbe(declared.process) } : declared;
    if (declared.idle) await this.provideProbe();
    const owner = networkOwnerOf(spec, this.#containers);
    const [users] = await Promise.all([this.imageUsers(spec), this.#attic.prepareFor(spec)]);
    const user = resolveUser(spec.process.user, spec.process.groupAdd, users);
    const egressNetwork = this.#networks.egressOf(spec);
    const forward = egressNetwork === undefined ? undefined : await this.#egress.prepare(egressNetwork, spec);
    const cgroupProcs = await this.#cgroups.make(spec);
    const seccomp = this.seccompFor(spec.process);
    const place = await this.#networks.join(spec, pidfd, forward);
    const { process, stdio } = await launchContainer(this.init, this.slots, {
      spec,
      imageKey: this.#images.keyOf(spec.rootfs.layers),
      layer: this.#attic.layerOf(spec.name),
      user,
      addresses: place.addresses,
      seccomp,
      facts: {
        mappedIds: this.mappedIds,
        ownsNetwork: owner === undefined,
        cgroup2: false,
        inheritedOomScoreAdj: this.inheritedOomScoreAdj,
      },
      cgroupProcs,
      idMap: renderIdentityMap(this.#facts.mapping.uids),
      mountNames: this.#attic.mountsOf(spec),
      devices: this.#attic.devicesOf(spec),
      ...(owner === undefined ? {} : { networkOf: owner }),
      ...(spec.idle ? { program: initSlots.probe } : {}),
      pidfd,
      mountNamespace: mounts,
      network: place.tape,
      ...(egressNetwork === undefined && !this.#networks.faults.befalls(spec.name)
        ? {}
        : {
            beforeRelease: async (pid: number) => {
              await this.#networks.applyFaults(spec.name, pidfd);
              if (egressNetwork !== undefined) await this.#egress.open(spec, pidfd, pid);
            },
          }),
    })
      .catch(async (error: unknown) => {
        await this.#egress.close(spec.name);
        throw error;
      })
      .finally(() => this.slots.give(...place.scratch));
    process.exited.catch(() => {}).then(() => this.#egress.close(spec.name));
    const main = new LinuxProcess(this.init, process, stdio, spec.init ? 2 : 1, () =>
      this.limitsHitBy(spec.name),
    );
    try {
      await this.#networks.afterStart(spec, pidfd);
      return main;
    } catch (error) {
      await main.kill('SIGKILL').catch(() => {}); // the launcher has ended, and every process with it
      await main.exited.catch(() => {});
      stdio.abandon();
      throw error;
    }
  }

  seccompFor(process: ContainerSpec['process']): SeccompProgram | undefined {
    return this.#facts.seccompFor(process);
  }

  imageUsers(spec: ContainerSpec): Promise<UserDatabase> {
    return this.#images.usersOf(spec.rootfs.layers);
  }

  cgroupsOf(container: string): readonly Slot[] {
    return this.#cgroups.slotsOf(container);
  }

  limitsHitBy(container: string): Promise<LimitsHit> {
    return this.#cgroups.limitsHitBy(container);
  }

  usageOf(container: string): Promise<ContainerUsage> {
    return this.#cgroups.usageOf(container);
  }

  get systemCalls(): Readonly<Record<string, number>> {
    return this.#facts.systemCalls;
  }

  provideProbe(): Promise<void> {
    this.#probeProvided ??= this.init.perform([{ kind: 'selfImage', into: initSlots.probe }]).then(() => {});
    return this.#probeProvided;
  }

  partsOf(spec: ContainerSpec): RootParts {
    const { layers } = spec.rootfs;
    const imageKey = this.#images.keyOf(layers);
    return { layer: this.#attic.layerOf(spec.name), imageKey, imageLayers: layers.length };
  }

  networksOf(container: string): readonly AttachedNetwork[] {
    return this.#networks.attachmentsOf(container).map(describeAttachment);
  }

  portsOf(container: string): readonly PublishedPort[] {
    return this.#networks.portsOf(container);
  }

  async resolve(
    container: string,
    name: string,
    signal: AbortSignal,
  ): Promise<readonly IpAddress[] | undefined> {
    const neighbours = await this.#networks.resolve(container, name, signal);
    if (neighbours === 'no such name') return undefined;
    return neighbours ?? this.#egress.lookUp(container, name, signal);
  }

  connect(container: string, pidfd: Slot, network: string): Promise<void> {
    return this.#networks.connect(container, pidfd, network);
  }

  disconnect(container: string, network: string): Promise<void> {
    return this.#networks.disconnect(container, network);
  }

  async removeContainer(spec: ContainerSpec, { pidfd, mounts }: ContainerHandles): Promise<void> {
    await this.init.perform([pidfd, mounts].map((slot) => ({ kind: 'close', slot }))).catch(() => {}); // the sandbox is gone
    this.slots.give(pidfd, mounts);
    try {
      await Promise.all([
        this.#networks.leave(spec.name),
        this.#attic.removeLayer(spec.name).catch(ignoreEndedLauncher),
        this.#cgroups.remove(spec.name),
      ]);
    } finally {
      this.#containers.delete(spec.name); // last: a new container of this name must not find the layer of this one
    }
  }

  async checkpoint(): Promise<void> {
    await this.#requireAllEnded('checkpoint');
    await this.#attic.checkpoint();
  }

  async rewind(): Promise<void> {
    await this.#requireAllEnded('rewind');
    await this.#attic.rewind();
  }

  /** A layer that something could still write to must not become the lower layer of another (overlayfs documentation). */
  async #requireAllEnded(what: string): Promise<void> {
    const alive = [...this.#containers.values()].find(({ state }) => state !== 'exited');
    if (alive !== undefined) {
      throw new MayflyError('CONTAINER_STATE', `cannot ${what}: ${alive.name} is ${alive.state}`, {
        hint: 'stop every container first',
      });
    }
    await Promise.all([...this.#containers.values()].map((container) => container.letGoOfFiles()));
  }

  fault(spec: FaultSpec, signal: AbortSignal): Promise<Fault> {
    const { init } = this;
    const parts = { init, networks: this.#networks, attic: this.#attic, containers: this.#containers };
    return beginFault(spec, parts, signal);
  }

  close(budgetMs: number): Promise<readonly Leak[]> {
    this.#closing ??= this.#close(budgetMs);
    return this.#closing;
  }

  async #close(budgetMs: number): Promise<readonly Leak[]> {
    const snapshot = this.#facts.snapshot(this.#opened, this.#attic.onDisk);
    const publications = this.#networks.closeAll(Math.min(budgetMs, 100));
    this.init.endsByRequest();
    this.#opened.supervisor.close();
    await Promise.race([this.#opened.ended, this.#facts.sleep(budgetMs)]);
    await publications;
    return this.#facts.census(this.#opened, snapshot, this.#spec.runId, budgetMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(this.#facts.disposeBudgetMs);
  }
}
