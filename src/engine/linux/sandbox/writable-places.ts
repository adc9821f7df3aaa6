import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Tape } from '../tape/op.ts';
import { diskAttic, inAttic, planAtticDirectories, planAtticTmpfs, planAtticUnmount } from './plan-attic.ts';

/** Of a writable layer and of a volume that names no size of its own. */
const defaultWritableBytes = 1 << 30;

/** Where writable layers and volumes of a sandbox are made: each a size-limited tmpfs, or a directory on disk. */
export class WritablePlaces {
  readonly #onDisk: boolean;
  #count = 0;

  constructor(onDisk: boolean) {
    this.#onDisk = onDisk;
  }

  /** A name in the attic that no other place has. */
  nextName(what: string): string {
    this.#count += 1;
    const name = `${what}${this.#count}`;
    return this.#onDisk ? `${diskAttic}/${name}` : name;
  }

  /** The limit of a place that `planMake` makes; undefined: it has none. */
  limitOf(sizeBytes: number | undefined): number | undefined {
    return this.#onDisk ? undefined : (sizeBytes ?? defaultWritableBytes);
  }

  /** On disk no limit can be kept: asking for one is then an error. */
  planMake(name: string, sizeBytes: number | undefined, directories: readonly string[]): Tape {
    if (!this.#onDisk) return inAttic(planAtticTmpfs(name, sizeBytes ?? defaultWritableBytes, directories));
    if (sizeBytes === undefined) return inAttic(planAtticDirectories(name, directories));
    throw new MayflyError(
      'HOST_LIMIT_UNAVAILABLE',
      'a size limit was asked for, but writable layers on disk have none',
      { hint: 'remove the limit, or use writable layers in memory (`upper: tmpfs`, Linux 6.6 or later)' },
    );
  }

  /** What is on disk goes with the run: its files may be many, and nobody waits for them. */
  planRemove(name: string): Tape {
    return this.#onDisk ? [] : planAtticUnmount(name);
  }
}
