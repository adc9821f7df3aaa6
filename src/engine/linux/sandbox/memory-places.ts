import type { Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { inAttic, planAtticTmpfs, planAtticUnmount } from './plan-attic.ts';
import { defaultWritableBytes, type PlaceLimit, type WritablePlaces } from './writable-places.ts';

/** Each place is a tmpfs of its own. */
export class MemoryPlaces implements WritablePlaces {
  readonly namesHost = false;
  readonly loopDevices = [];
  readonly #init: TapePerformer;
  #count = 0;

  constructor(init: TapePerformer) {
    this.#init = init;
  }

  nextName(what: string): string {
    this.#count += 1;
    return `${what}${this.#count}`;
  }

  limitOf(sizeBytes = defaultWritableBytes): PlaceLimit {
    return { kind: 'tmpfs', sizeBytes };
  }

  async make(name: string, sizeBytes: number | undefined, directories: readonly string[]): Promise<void> {
    await this.#init.perform(planMemoryPlace(name, sizeBytes, directories));
  }

  async remove(name: string): Promise<void> {
    await this.#init.perform(planAtticUnmount(name));
  }
}

export function planMemoryPlace(
  name: string,
  sizeBytes: number | undefined,
  directories: readonly string[],
): Tape {
  return inAttic(planAtticTmpfs(name, sizeBytes ?? defaultWritableBytes, directories));
}
