import { dirname, join } from 'node:path';
import type { Layer } from '../../../core/image.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { layerByte } from '../../../image/store/store-lock.ts';
import { storePaths } from '../../../image/store/store-paths.ts';
import { noSlot, type Op } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { isHeld, planLockFile } from './lock-file.ts';
import { supervisorSlots } from './sandbox-slots.ts';

/**
 * Says that a sandbox uses layers of the store: the supervisor shares the lock on a byte of each, which the kernel takes away
 * when it ends, however. Who collects garbage leaves such layers alone.
 */
export class LayerLease {
  readonly #supervisor: TapePerformer;
  readonly #layersDirectory: string;
  #opened: Promise<unknown> | undefined;

  constructor(supervisor: TapePerformer, layersDirectory: string) {
    this.#supervisor = supervisor;
    this.#layersDirectory = layersDirectory;
  }

  /** They are looked at after they are locked: a moment before, somebody may have removed the image. */
  async hold(layers: readonly Layer[]): Promise<void> {
    const slot = supervisorSlots.layerLease;
    const lockFile = storePaths(dirname(this.#layersDirectory)).lock;
    this.#opened ??= this.#supervisor.perform([planLockFile(lockFile, slot)]);
    await this.#opened;
    const lock = ({ directory }: Layer): readonly Op[] => [
      { kind: 'lockByte', slot, offset: layerByte(directory), mode: 1 },
      { kind: 'stat', dir: noSlot, path: join(this.#layersDirectory, directory), flags: 0 },
    ];
    try {
      await this.#supervisor.perform(layers.flatMap(lock));
    } catch (error) {
      throw isHeld(error) || isMissing(error) ? removedMeanwhile(error) : error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof MayflyError && (error.cause as { errno?: string } | undefined)?.errno === 'ENOENT';
}

function removedMeanwhile(cause: unknown): MayflyError {
  return new MayflyError('STORE_FAILED', 'a layer of the image was removed from the store meanwhile', {
    cause,
    hint: 'run it again: the image is made ready anew',
  });
}
