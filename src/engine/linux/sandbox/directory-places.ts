import { MayflyError } from '../../../core/mayfly-error.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { diskAttic, inAttic, planAtticDirectories } from './plan-attic.ts';
import type { WritablePlaces } from './writable-places.ts';

/** Each place is a directory of the host's disk, and shares all the space that is there: only root can mount a file system of its own. */
export class DirectoryPlaces implements WritablePlaces {
  readonly namesHost = true;
  readonly loopDevices = [];
  readonly #init: TapePerformer;
  #count = 0;

  constructor(init: TapePerformer) {
    this.#init = init;
  }

  nextName(what: string): string {
    this.#count += 1;
    return `${diskAttic}/${what}${this.#count}`;
  }

  limitOf(): undefined {
    return undefined;
  }

  async make(name: string, sizeBytes: number | undefined, directories: readonly string[]): Promise<void> {
    if (sizeBytes === undefined) {
      await this.#init.perform(inAttic(planAtticDirectories(name, directories)));
      return;
    }
    throw new MayflyError(
      'HOST_LIMIT_UNAVAILABLE',
      'a size limit was asked for, but writable layers on disk have none here (disk-limit)',
    );
  }

  /** What is on disk goes with the run: its files may be many, and nobody waits for them. */
  async remove(): Promise<void> {}
}
