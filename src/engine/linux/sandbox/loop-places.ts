import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Host } from '../host.ts';
import type { Slot } from '../tape/op.ts';
import { leastLoopBytes, mostLoopBytes, withLoopTemplate } from './loop-template.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import { planAtticUnmount } from './plan-attic.ts';
import { type LoopSlots, planCloseAll, planLoopDevice, planLoopMount, planLoopPlace } from './plan-loop.ts';
import { openForReading } from './plan-supervisor.ts';
import { supervisorSlots } from './sandbox-slots.ts';
import { SlotPool } from './slot-pool.ts';
import {
  defaultWritableBytes,
  type LoopDevice,
  type PlaceLimit,
  type WritablePlaces,
} from './writable-places.ts';

/**
 * Each place is an ext4 of its own, in a file of the host's disk that has no name, on a loop device that the kernel detaches with
 * the last mount: whatever ends the sandbox, nothing of it is left, and nothing has to be written down before.
 */
export class LoopPlaces implements WritablePlaces {
  readonly namesHost = true;
  readonly loopDevices: LoopDevice[] = [];
  readonly #host: Host;
  readonly #opened: OpenedSandbox;
  readonly #initSlots: SlotPool;
  readonly #directory: string;
  readonly #slots = new SlotPool(supervisorSlots.firstLoop);
  /** By size: formatted once, copied for each place. */
  readonly #templates = new Map<number, Promise<Slot>>();
  #count = 0;

  /** `directory` is on the file system where the files are to be. */
  constructor(host: Host, opened: OpenedSandbox, initSlots: SlotPool, directory: string) {
    this.#host = host;
    this.#opened = opened;
    this.#initSlots = initSlots;
    this.#directory = directory;
  }

  nextName(what: string): string {
    this.#count += 1;
    return `${what}${this.#count}`;
  }

  limitOf(sizeBytes = defaultWritableBytes): PlaceLimit {
    return { kind: 'file system', sizeBytes };
  }

  async make(
    name: string,
    sizeBytes = defaultWritableBytes,
    directories: readonly string[] = [],
  ): Promise<void> {
    if (sizeBytes < leastLoopBytes || sizeBytes > mostLoopBytes) {
      throw new MayflyError(
        'HOST_LIMIT_UNAVAILABLE',
        `a writable layer or volume on disk cannot have ${sizeBytes} bytes: a file system has ${leastLoopBytes} to ${mostLoopBytes}`,
        { hint: 'choose another size, or use `upper: tmpfs`' },
      );
    }
    const mount = this.#initSlots.take();
    try {
      await this.#passMount(await this.#templateOf(sizeBytes), mount);
      await this.#opened.init.perform(planLoopPlace(name, mount, directories));
    } finally {
      await this.#opened.init.perform([{ kind: 'close', slot: mount }]).catch(() => {}); // the sandbox is gone
      this.#initSlots.give(mount);
    }
  }

  async remove(name: string): Promise<void> {
    await this.#opened.init.perform(planAtticUnmount(name));
  }

  #templateOf(sizeBytes: number): Promise<Slot> {
    const known = this.#templates.get(sizeBytes);
    if (known !== undefined) return known;
    const template = this.#format(sizeBytes);
    this.#templates.set(sizeBytes, template);
    template.catch(() => this.#templates.delete(sizeBytes)); // another start may try again
    return template;
  }

  async #format(sizeBytes: number): Promise<Slot> {
    const slot = this.#slots.take();
    await withLoopTemplate(this.#host, sizeBytes, this.#directory, (path) =>
      this.#opened.supervisor.perform([openForReading(path, slot)]),
    ).catch((error: unknown) => {
      this.#slots.give(slot);
      throw error;
    });
    return slot;
  }

  /** Only the supervisor may mount an ext4; the init gets it ready in its slot `into`. */
  async #passMount(template: Slot, into: Slot): Promise<void> {
    const { supervisor, passing, initPid } = this.#opened;
    const take = (): Slot => this.#slots.take();
    const slots: LoopSlots = { file: take(), loop: take(), tree: take(), userNamespace: take() };
    try {
      const [reply] = await supervisor.perform(planLoopDevice(template, this.#directory, slots));
      const number = Buffer.from(reply ?? []).readUInt32LE(0);
      const name = `loop${number}`;
      this.loopDevices.push({ name, sequence: this.#host.readTextNow(`/sys/block/${name}/diskseq`) });
      await passing.pass(planLoopMount(number, initPid, slots), [slots.tree], [into]);
    } catch (error) {
      throw withRemedy(error);
    } finally {
      await supervisor.perform(planCloseAll(slots)).catch(() => {}); // the sandbox is gone
      this.#slots.give(...Object.values(slots));
    }
  }
}

/** That it could be done a moment ago is no promise: devices and disks run out. */
function withRemedy(error: unknown): unknown {
  if (!(error instanceof MayflyError) || error.code !== 'LAUNCH_FAILED') return error;
  const message = `a file system on disk for a writable layer or volume cannot be made: ${error.message}`;
  const hint = 'check the room on the disk and the loop devices (`losetup`), or use `upper: tmpfs`';
  return new MayflyError('HOST_LIMIT_UNAVAILABLE', message, { cause: error, hint });
}
