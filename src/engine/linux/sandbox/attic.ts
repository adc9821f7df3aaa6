import { posix } from 'node:path';
import type { ContainerSpec, MountSpec } from '../../../core/container.ts';
import type { SandboxSpec } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { LimitedPlace } from '../fault/fill-disk.ts';
import type { OnDisk } from './census.ts';
import type { AtticMount } from './container-launch.ts';
import { openHostTree } from './host-trees.ts';
import type { IdMapping } from './id-mapping.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import { openWritablePlaces } from './open-writable-places.ts';
import { diskAttic, planAtticAttach } from './plan-attic.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import type { SlotPool } from './slot-pool.ts';
import { Volumes } from './volumes.ts';
import { upperOf, type WritablePlace } from './writable-place.ts';
import type { WritablePlaces } from './writable-places.ts';

/** A container's own files: where it writes, and the frozen layers of a checkpoint below that, top first. */
export interface WritableLayer {
  readonly place: string;
  readonly below: readonly string[];
}

/** Writable layers, volumes and host binds of a sandbox: what is in its attic, and under which name. */
export class Attic {
  readonly #opened: OpenedSandbox;
  readonly #slots: SlotPool;
  readonly #mapping: IdMapping;
  readonly #writable: WritablePlace;
  readonly #places: WritablePlaces;
  readonly #volumes: Volumes;
  readonly #layers = new Map<string, WritableLayer>();
  #frozen: ReadonlyMap<string, WritableLayer> = new Map();
  readonly #binds = new Map<string, Promise<AtticMount>>();
  #bindCount = 0;
  readonly #ready = new Map<string, AtticMount>();

  constructor(opened: OpenedSandbox, slots: SlotPool, spec: SandboxSpec, facts: SandboxFacts) {
    this.#opened = opened;
    this.#slots = slots;
    this.#mapping = facts.mapping;
    this.#writable = facts.writable;
    this.#places = openWritablePlaces(facts, opened, slots);
    this.#volumes = new Volumes(opened.init, this.#places, spec.volumes);
  }

  /** Once, before any container. */
  async prepare(): Promise<void> {
    if (this.#writable.kind === 'directory') await this.#bring(this.#writable.path, diskAttic);
  }

  get onDisk(): OnDisk {
    return { ...upperOf(this.#writable), loopDevices: this.#places.loopDevices };
  }

  /** `prepareFor` has made it. */
  layerOf(container: string): WritableLayer {
    const layer = this.#layers.get(container);
    if (layer === undefined) throw new MayflyError('INTERNAL', `${container} has no writable layer`);
    return layer;
  }

  /** Makes what the container mounts and is not there yet. */
  async prepareFor(spec: ContainerSpec): Promise<void> {
    await Promise.all([
      this.#makeLayer(spec),
      ...spec.mounts.map((mount) => this.#prepareMount(mount, spec)),
      ...spec.devices.map((device) => this.#prepareBind(hostPathOf(device))),
    ]);
  }

  mountsOf(spec: ContainerSpec): readonly (AtticMount | undefined)[] {
    return spec.mounts.map((mount) => this.#ready.get(keyOf(mount)));
  }

  /** By path on the host. */
  devicesOf(spec: ContainerSpec): Readonly<Record<string, AtticMount>> {
    return Object.fromEntries(
      spec.devices.flatMap((device) => {
        const path = hostPathOf(device);
        const mount = this.#ready.get(`bind:${path}`);
        return mount === undefined ? [] : [[path, mount]];
      }),
    );
  }

  async removeLayer(container: string): Promise<void> {
    const layer = this.#layers.get(container);
    if (layer === undefined) return;
    this.#layers.delete(container);
    if (!this.#isFrozen(layer)) await this.#removePlace(layer);
  }

  /** The file system of ours that a path of the container is on. @throws MayflyError FAULT_UNSUPPORTED: none that has a limit. */
  async limitedPlaceOf(spec: ContainerSpec, path: string): Promise<LimitedPlace> {
    const mount = mountOf(spec, path);
    if (mount !== undefined && mount.kind !== 'volume')
      throw cannotFill(
        spec,
        path,
        `it is on ${describeMount(mount)}, and only writable layers and volumes can be filled`,
      );
    if (mount === undefined && spec.rootfs.readOnly) throw cannotFill(spec, path, 'the root is read-only');
    const volume = mount === undefined ? undefined : await this.#volumes.placeOf(mount.volume);
    const wanted = mount === undefined ? spec.rootfs.writableBytes : volume?.spec.sizeBytes;
    const limit = this.#places.limitOf(wanted);
    if (limit === undefined) throw cannotFill(spec, path, 'writable layers on disk have no limit here');
    return { place: volume?.place ?? this.layerOf(spec.name).place, limit };
  }

  async checkpoint(): Promise<void> {
    this.#frozen = new Map(this.#layers);
    await this.#volumes.checkpoint();
  }

  /** New layers are made when the containers start again. */
  async rewind(): Promise<void> {
    const stale = [...this.#layers.values()].filter((layer) => !this.#isFrozen(layer));
    this.#layers.clear();
    await Promise.all([this.#volumes.rewind(), ...stale.map((layer) => this.#removePlace(layer))]);
  }

  async #makeLayer(spec: ContainerSpec): Promise<void> {
    if (this.#layers.has(spec.name)) return;
    const place = this.#places.nextName('layer');
    const frozen = this.#frozen.get(spec.name);
    this.#layers.set(spec.name, {
      place,
      below: frozen === undefined ? [] : [frozen.place, ...frozen.below],
    });
    await this.#places.make(place, spec.rootfs.writableBytes, ['upper', 'work']).catch((error: unknown) => {
      this.#layers.delete(spec.name);
      throw error;
    });
  }

  #isFrozen(layer: WritableLayer): boolean {
    return [...this.#frozen.values()].some(({ place }) => place === layer.place);
  }

  async #removePlace({ place }: WritableLayer): Promise<void> {
    await this.#places.remove(place);
  }

  async #prepareMount(mount: MountSpec, spec: ContainerSpec): Promise<void> {
    if (mount.kind === 'bind') await this.#prepareBind(mount.hostPath);
    if (mount.kind !== 'volume') return;
    this.#ready.set(keyOf(mount), { name: await this.#volumes.open(mount, spec), type: 'directory' });
  }

  async #prepareBind(hostPath: string): Promise<void> {
    const key = `bind:${hostPath}`;
    this.#bindCount += 1;
    const bind = this.#binds.get(key) ?? this.#bring(hostPath, `bind${this.#bindCount}`);
    this.#binds.set(key, bind);
    bind.catch(() => this.#binds.delete(key)); // it may be there when another container starts
    this.#ready.set(key, await bind);
  }

  /** A file or directory of the host at /attic/`name`. */
  async #bring(hostPath: string, name: string): Promise<AtticMount> {
    const slot = this.#slots.take();
    try {
      const { type } = await openHostTree(this.#opened, this.#mapping, hostPath, slot);
      await this.#opened.init.perform(planAtticAttach(name, type, slot));
      return { name, type };
    } finally {
      this.#slots.give(slot);
    }
  }
}

/** The innermost mount that a path is on. */
function mountOf({ mounts }: ContainerSpec, path: string): MountSpec | undefined {
  const wanted = `${posix.normalize(path)}/`.replace(/\/+$/, '/');
  const depth = ({ target }: MountSpec): number => posix.normalize(target).length;
  const above = mounts.filter(({ target }) =>
    wanted.startsWith(`${posix.normalize(target).replace(/\/$/, '')}/`),
  );
  return above.toSorted((one, other) => depth(other) - depth(one))[0];
}

function describeMount(mount: MountSpec): string {
  return mount.kind === 'bind' ? 'a directory of the host' : `a mount of kind ${mount.kind}`;
}

function cannotFill({ name }: ContainerSpec, path: string, why: string): MayflyError {
  return new MayflyError('FAULT_UNSUPPORTED', `${path} of ${name} cannot be filled: ${why}`);
}

/** `/dev/x[:/dev/y[:rwm]]`, as Docker writes it. */
const hostPathOf = (device: string): string => device.split(':')[0] ?? device;

function keyOf(mount: MountSpec): string {
  switch (mount.kind) {
    case 'bind':
      return `bind:${mount.hostPath}`;
    case 'volume':
      return `volume:${mount.volume}`;
    case 'tmpfs':
    case 'file':
      return '';
  }
}
