import type { Layer } from '../../../core/image.ts';
import { planImageLinks } from '../plan/image-links.ts';
import type { UserDatabase } from '../plan/resolve-user.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import type { LayerLease } from './layer-lease.ts';
import { initSlots } from './sandbox-slots.ts';
import { readUserDatabase } from './user-database.ts';

/** Images of a sandbox, each known by its layers. */
export class SandboxImages {
  readonly #init: TapePerformer;
  readonly #lease: LayerLease;
  readonly #keys = new Map<string, string>();
  readonly #users = new Map<string, Promise<UserDatabase>>();

  constructor(init: TapePerformer, lease: LayerLease) {
    this.#init = init;
    this.#lease = lease;
  }

  /** Containers with the same layers share a directory of links. */
  keyOf(layers: readonly Layer[]): string {
    const directories = layers.map(({ directory }) => directory).join(':');
    const key = this.#keys.get(directories) ?? `image${this.#keys.size}`;
    this.#keys.set(directories, key);
    return key;
  }

  /** Also makes the image's links in the sandbox: once per image. */
  usersOf(layers: readonly Layer[]): Promise<UserDatabase> {
    const key = this.keyOf(layers);
    const known = this.#users.get(key);
    if (known !== undefined) return known;
    const prepared = this.#prepare(key, layers);
    this.#users.set(key, prepared);
    prepared.catch(() => this.#users.delete(key)); // another start may try again
    return prepared;
  }

  async #prepare(key: string, layers: readonly Layer[]): Promise<UserDatabase> {
    await this.#lease.hold(layers);
    const [users] = await Promise.all([
      readUserDatabase(this.#init, layers),
      this.#init.perform(planImageLinks(key, layers, initSlots.root)),
    ]);
    return users;
  }
}
