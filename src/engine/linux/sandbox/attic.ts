import { posix } from 'node:path';
import type { ContainerSpec, MountSpec, VolumeSpec } from '../../../core/container.ts';
import type { SandboxSpec } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Tape } from '../tape/op.ts';
import type { AtticMount } from './container-launch.ts';
import { openHostTree } from './host-trees.ts';
import type { IdMapping } from './id-mapping.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import {
  diskAttic,
  inAttic,
  planAtticAttach,
  planAtticDirectories,
  planAtticRemove,
  planAtticTmpfs,
} from './plan-attic.ts';
import { planVolumeFromImage } from './plan-volume-from-image.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import type { SlotPool } from './slot-pool.ts';

/** Of a writable layer and of a volume that names no size of its own. */
export const defaultWritableBytes = 1 << 30;

/** Writable layers, volumes and host binds of a sandbox: what is in its attic, and under which name. */
export class Attic {
  readonly #opened: OpenedSandbox;
  readonly #slots: SlotPool;
  readonly #mapping: IdMapping;
  readonly #volumes: ReadonlyMap<string, VolumeSpec>;
  readonly #layers = new Map<string, string>();
  readonly #binds = new Map<string, Promise<AtticMount>>();
  /** Volumes that took an image's content, by name: the mount that shows it. */
  readonly #filled = new Map<string, Promise<string>>();
  readonly #ready = new Map<string, AtticMount>();
  #count = 0;

  readonly #diskPath: string | undefined;

  constructor(opened: OpenedSandbox, slots: SlotPool, spec: SandboxSpec, facts: SandboxFacts) {
    this.#opened = opened;
    this.#slots = slots;
    this.#mapping = facts.mapping;
    this.#diskPath = facts.upperDirectory;
    this.#volumes = new Map(spec.volumes.map((volume) => [volume.name, volume]));
  }

  /** Once, before any container: the disk's directory and the volumes. */
  async prepare(): Promise<void> {
    if (this.#diskPath !== undefined) await this.#bring(this.#diskPath, diskAttic);
    await Promise.all(
      [...this.#volumes.values()].map(({ name, sizeBytes }) =>
        this.#opened.init.perform(this.#planPlace(this.#volumeMount(name), sizeBytes, ['data', 'work'])),
      ),
    );
  }

  /** A file or directory of the host at /attic/`name`. */
  async #bring(hostPath: string, name: string): Promise<AtticMount> {
    const slot = this.#slots.take();
    const { type } = await openHostTree(this.#opened, this.#mapping, hostPath, slot);
    await this.#opened.init.perform(planAtticAttach(name, type, slot));
    this.#slots.give(slot);
    return { name, type };
  }

  /** A size-limited tmpfs, or a directory on disk where no limit can be kept: asking for one is then an error. */
  #planPlace(name: string, sizeBytes: number | undefined, directories: readonly string[]): Tape {
    if (this.#diskPath === undefined)
      return inAttic(planAtticTmpfs(name, sizeBytes ?? defaultWritableBytes, directories));
    if (sizeBytes === undefined) return inAttic(planAtticDirectories(name, directories));
    throw new MayflyError(
      'HOST_LIMIT_UNAVAILABLE',
      'a size limit was asked for, but writable layers on disk have none',
      {
        hint: 'remove the limit, or use writable layers in memory (`upper: tmpfs`, Linux 6.6 or later)',
      },
    );
  }

  #inPlace(name: string): string {
    return this.#diskPath === undefined ? name : `${diskAttic}/${name}`;
  }

  #volumeMount(volume: string): string {
    return this.#inPlace(`volume-${volume}`);
  }

  /** The name of a container's writable layer; `prepareFor` has made it. */
  layerOf(container: string): string {
    const name = this.#layers.get(container);
    if (name === undefined) throw new MayflyError('INTERNAL', `${container} has no writable layer`);
    return name;
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
    const name = this.#layers.get(container);
    if (name === undefined) return;
    this.#layers.delete(container);
    // On disk it goes with the run: its files may be many, and nobody waits for them.
    if (this.#diskPath === undefined) await this.#opened.init.perform(planAtticRemove(name));
  }

  async #makeLayer(spec: ContainerSpec): Promise<void> {
    if (this.#layers.has(spec.name)) return;
    this.#count += 1;
    const name = this.#inPlace(`layer${this.#count}`);
    const tape = this.#planPlace(name, spec.rootfs.writableBytes, ['upper', 'work']);
    this.#layers.set(spec.name, name);
    await this.#opened.init.perform(tape);
  }

  async #prepareMount(mount: MountSpec, spec: ContainerSpec): Promise<void> {
    if (mount.kind === 'bind') await this.#prepareBind(mount.hostPath);
    if (mount.kind === 'volume') this.#ready.set(keyOf(mount), await this.#openVolume(mount, spec));
  }

  async #prepareBind(hostPath: string): Promise<void> {
    const key = `bind:${hostPath}`;
    const bind = this.#binds.get(key) ?? this.#openBind(hostPath);
    this.#binds.set(key, bind);
    this.#ready.set(key, await bind);
  }

  #openBind(hostPath: string): Promise<AtticMount> {
    this.#count += 1;
    const name = `bind${this.#count}`;
    return this.#bring(hostPath, name);
  }

  async #openVolume(
    mount: MountSpec & { readonly kind: 'volume' },
    spec: ContainerSpec,
  ): Promise<AtticMount> {
    if (!this.#volumes.has(mount.volume)) {
      throw new MayflyError('INTERNAL', `there is no volume ${mount.volume} in this sandbox`);
    }
    const filled = this.#filled.get(mount.volume);
    if (filled !== undefined) return { name: await filled, type: 'directory' };
    const plain = `${this.#volumeMount(mount.volume)}/data`;
    const filling = mount.copyImageContent ? this.#fillVolume(mount, spec, plain) : Promise.resolve(plain);
    this.#filled.set(mount.volume, filling);
    return { name: await filling, type: 'directory' };
  }

  /** An empty volume takes the image's content at its first mount, as in Docker: copy-on-write, so at no cost. */
  async #fillVolume(
    mount: MountSpec & { readonly kind: 'volume' },
    spec: ContainerSpec,
    plain: string,
  ): Promise<string> {
    if (spec.rootfs.layers.length === 0) return plain;
    this.#count += 1;
    const name = `filled${this.#count}`;
    const tape = planVolumeFromImage({
      name,
      volume: this.#volumeMount(mount.volume),
      layers: spec.rootfs.layers,
      path: posix.normalize(mount.target),
    });
    return this.#opened.init.perform(tape).then(
      () => name,
      (error: unknown) => {
        if (isMissing(error)) return plain; // the image has nothing there
        throw error;
      },
    );
  }
}

/** `/dev/x[:/dev/y[:rwm]]`, as Docker writes it. */
const hostPathOf = (device: string): string => device.split(':')[0] ?? device;

function keyOf(mount: MountSpec): string {
  return mount.kind === 'bind'
    ? `bind:${mount.hostPath}`
    : mount.kind === 'volume'
      ? `volume:${mount.volume}`
      : '';
}

function isMissing(error: unknown): boolean {
  const errno =
    error instanceof MayflyError ? (error.cause as { errno?: string } | undefined)?.errno : undefined;
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}
