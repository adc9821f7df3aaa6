import type { Layer } from '../../../core/image.ts';
import { planImageLinks } from '../plan/image-links.ts';
import type { UserDatabase } from '../plan/resolve-user.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { initSlots } from './sandbox-slots.ts';
import { readUserDatabase } from './user-database.ts';

/** Images of a sandbox, each known by its layers. */
export class SandboxImages {
  readonly #init: TapePerformer;
  readonly #keys = new Map<string, string>();
  readonly #users = new Map<string, Promise<UserDatabase>>();

  constructor(init: TapePerformer) {
    this.#init = init;
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
    const prepared = Promise.all([
      readUserDatabase(this.#init, layers),
      this.#init.perform(planImageLinks(key, layers, initSlots.root)),
    ]).then(([users]) => users);
    this.#users.set(key, prepared);
    prepared.catch(() => this.#users.delete(key)); // another start may try again
    return prepared;
  }
}
