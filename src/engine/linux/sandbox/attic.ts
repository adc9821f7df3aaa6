import { posix } from 'node:path';
import type { ContainerSpec, MountSpec, VolumeSpec } from '../../../core/container.ts';
import type { SandboxSpec } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { MountSource } from '../plan/container-input.ts';
import type { Tape } from '../tape/op.ts';
import type { AtticMount } from './container-launch.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import { inAttic, planAtticRemove, planAtticTmpfs } from './plan-attic.ts';
import { planHostBind } from './plan-host-bind.ts';
import { planVolumeFromImage } from './plan-volume-from-image.ts';
import type { SandboxFacts } from './sandbox-facts.ts';

/** Of a writable layer and of a volume that names no size of its own. */
export const defaultWritableBytes = 1 << 30;

/** Writable layers, volumes and host binds of a sandbox: what is in its attic, and under which name. */
export class Attic {
  readonly #opened: OpenedSandbox;
  readonly #volumes: ReadonlyMap<string, VolumeSpec>;
  readonly #layers = new Map<string, string>();
  readonly #binds = new Map<string, Promise<AtticMount>>();
  /** Volumes that took an image's content, by name: the mount that shows it. */
  readonly #filled = new Map<string, Promise<string>>();
  #count = 0;

  constructor(opened: OpenedSandbox, spec: SandboxSpec, _facts: SandboxFacts) {
    this.#opened = opened;
    this.#volumes = new Map(spec.volumes.map((volume) => [volume.name, volume]));
  }

  planVolumes(): readonly Tape[] {
    return [...this.#volumes.values()].map(({ name, sizeBytes }) =>
      inAttic(planAtticTmpfs(volumeMount(name), sizeBytes ?? defaultWritableBytes, ['data', 'work'])),
    );
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
    ]);
  }

  mountsOf(spec: ContainerSpec): readonly (AtticMount | undefined)[] {
    return spec.mounts.map((mount) => this.#ready.get(keyOf(mount)));
  }

  devicesOf(_spec: ContainerSpec): Readonly<Record<string, MountSource>> {
    return {};
  }

  async removeLayer(container: string): Promise<void> {
    const name = this.#layers.get(container);
    if (name === undefined) return;
    this.#layers.delete(container);
    await this.#opened.init.perform(planAtticRemove(name));
  }

  readonly #ready = new Map<string, AtticMount>();

  async #makeLayer(spec: ContainerSpec): Promise<void> {
    if (this.#layers.has(spec.name)) return;
    this.#count += 1;
    const name = `layer${this.#count}`;
    this.#layers.set(spec.name, name);
    const size = spec.rootfs.writableBytes ?? defaultWritableBytes;
    await this.#opened.init.perform(inAttic(planAtticTmpfs(name, size, ['upper', 'work'])));
  }

  async #prepareMount(mount: MountSpec, spec: ContainerSpec): Promise<void> {
    if (mount.kind === 'bind') {
      const key = keyOf(mount);
      const bind = this.#binds.get(key) ?? this.#openBind(mount.hostPath);
      this.#binds.set(key, bind);
      this.#ready.set(key, await bind);
    }
    if (mount.kind === 'volume') this.#ready.set(keyOf(mount), await this.#openVolume(mount, spec));
  }

  async #openBind(hostPath: string): Promise<AtticMount> {
    this.#count += 1;
    const name = `bind${this.#count}`;
    const { perform } = planHostBind(hostPath, name);
    return perform(this.#opened.init);
  }

  async #openVolume(mount: MountSpec & { readonly kind: 'volume' }, spec: ContainerSpec): Promise<AtticMount> {
    if (!this.#volumes.has(mount.volume)) {
      throw new MayflyError('INTERNAL', `there is no volume ${mount.volume} in this sandbox`);
    }
    const filled = this.#filled.get(mount.volume);
    if (filled !== undefined) return { name: await filled, type: 'directory' };
    const plain = `${volumeMount(mount.volume)}/data`;
    const filling = mount.copyImageContent ? this.#fillVolume(mount, spec, plain) : Promise.resolve(plain);
    this.#filled.set(mount.volume, filling);
    return { name: await filling, type: 'directory' };
  }

  /** An empty volume takes the image's content at its first mount, as in Docker: copy-on-write, so at no cost. */
  async #fillVolume(mount: MountSpec & { readonly kind: 'volume' }, spec: ContainerSpec, plain: string): Promise<string> {
    if (spec.rootfs.layers.length === 0) return plain;
    this.#count += 1;
    const name = `filled${this.#count}`;
    const tape = planVolumeFromImage({
      name,
      volume: volumeMount(mount.volume),
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

const volumeMount = (volume: string): string => `volume-${volume}`;

function keyOf(mount: MountSpec): string {
  return mount.kind === 'bind' ? `bind:${mount.hostPath}` : mount.kind === 'volume' ? `volume:${mount.volume}` : '';
}

function isMissing(error: unknown): boolean {
  const errno = error instanceof MayflyError ? (error.cause as { errno?: string } | undefined)?.errno : undefined;
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}
