import { posix } from 'node:path';
import type { ContainerSpec, MountSpec, VolumeSpec } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { errnoOf } from '../client/errno-of.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { planAtticUnmount } from './plan-attic.ts';
import { copyOwnerAndMode, planImageDirectory, planVolumeView } from './plan-volume.ts';
import type { WritablePlaces } from './writable-places.ts';

type VolumeMount = MountSpec & { readonly kind: 'volume' };

/** What one volume is made of; all names are in the attic. */
interface VolumeState {
  readonly spec: VolumeSpec;
  /** What containers mount. */
  readonly view: string;
  /** Holds `data`, where writes go, and `work`. */
  readonly place: string;
  /** Directories below `data`, top first: an image's content, and what a checkpoint has frozen. */
  readonly below: readonly string[];
}

/** The volumes of a sandbox, with their content from images and their forks. */
export class Volumes {
  readonly #init: TapePerformer;
  readonly #places: WritablePlaces;
  readonly #specs: ReadonlyMap<string, VolumeSpec>;
  readonly #states = new Map<string, Promise<VolumeState>>();
  #frozen: ReadonlyMap<string, VolumeState> = new Map();

  constructor(init: TapePerformer, places: WritablePlaces, specs: readonly VolumeSpec[]) {
    this.#init = init;
    this.#places = places;
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
  }

  /** The directory in the attic that shows the volume; made at its first mount. */
  async open(mount: VolumeMount, container: ContainerSpec): Promise<string> {
    const spec = this.#specs.get(mount.volume);
    if (spec === undefined)
      throw new MayflyError('INTERNAL', `there is no volume ${mount.volume} in this sandbox`);
    const state = this.#states.get(spec.name) ?? this.#make(spec, mount, container);
    this.#states.set(spec.name, state);
    state.catch(() => this.#states.delete(spec.name)); // another start may try again
    return (await state).view;
  }

  /** Where the volume's data goes; undefined before its first mount. */
  async placeOf(name: string): Promise<{ readonly place: string; readonly spec: VolumeSpec } | undefined> {
    return this.#states.get(name);
  }

  async checkpoint(): Promise<void> {
    const states = await Promise.all(
      [...this.#states].map(async ([name, state]) => [name, await state] as const),
    );
    this.#frozen = new Map(states);
  }

  /** Volumes that were not there at the checkpoint are empty again. */
  async rewind(): Promise<void> {
    const current = await Promise.all(this.#states.values());
    this.#states.clear();
    const kept = new Set([...this.#frozen.values()].map(({ place }) => place));
    for (const state of current.filter(({ place }) => !kept.has(place))) await this.#remove(state);
    for (const [name, frozen] of this.#frozen) this.#states.set(name, this.#fork(frozen));
    await Promise.all(this.#states.values());
  }

  async #make(spec: VolumeSpec, mount: VolumeMount, container: ContainerSpec): Promise<VolumeState> {
    const place = await this.#makePlace(spec);
    if (!mount.copyImageContent || container.rootfs.layers.length === 0) return this.#plain(spec, place);
    const content = this.#nameOnly('content');
    const path = posix.normalize(mount.target);
    try {
      await this.#init.perform(planImageDirectory({ name: content, layers: container.rootfs.layers, path }));
    } catch (error) {
      if (isMissing(error)) return this.#plain(spec, place); // the image has nothing there
      throw error;
    }
    return this.#view(spec, place, [content]);
  }

  /** An overlay shows neither the device nor the path on it that a mount of the directory would (proc(5), mountinfo). */
  async #plain(spec: VolumeSpec, place: string): Promise<VolumeState> {
    if (this.#places.namesHost) return this.#view(spec, place, []);
    return { spec, place, view: `${place}/data`, below: [] };
  }

  /** A new place above everything the volume consists of now. */
  async #fork({ spec, place, below }: VolumeState): Promise<VolumeState> {
    return this.#view(spec, await this.#makePlace(spec), [`${place}/data`, ...below]);
  }

  async #view(spec: VolumeSpec, place: string, below: readonly string[]): Promise<VolumeState> {
    const view = this.#nameOnly('view');
    const [top] = below;
    if (top !== undefined) await copyOwnerAndMode(this.#init, top, `${place}/data`);
    await this.#init.perform(planVolumeView({ view, place, below }));
    return { spec, place, view, below };
  }

  async #makePlace(spec: VolumeSpec): Promise<string> {
    const place = this.#places.nextName('volume');
    await this.#places.make(place, spec.sizeBytes, ['data', 'work']);
    return place;
  }

  async #remove({ view, place }: VolumeState): Promise<void> {
    if (!view.startsWith(place)) await this.#init.perform(planAtticUnmount(view));
    await this.#places.remove(place);
  }

  /** Views and contents are mounts of their own, in memory wherever the data is. */
  #nameOnly(what: string): string {
    return this.#places.nextName(what).replace(/^.*\//, '');
  }
}

function isMissing(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}
