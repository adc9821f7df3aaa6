import type { LauncherClient } from '../client/launcher-client.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import { initSlots, supervisorSlots } from './sandbox-slots.ts';

/** Hands descriptors that only the supervisor can open to the sandbox's init. */
export class DescriptorPassing {
  readonly #supervisor: LauncherClient;
  readonly #init: LauncherClient;
  /** One hand-over at a time: descriptors are told apart by their order only. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(supervisor: LauncherClient, init: LauncherClient) {
    this.#supervisor = supervisor;
    this.#init = init;
  }

  /** The supervisor performs `opening`, which fills its slots `from`; the init receives them in `into`. */
  pass(opening: Tape, from: readonly Slot[], into: readonly Slot[]): Promise<void> {
    const passing = this.#last.then(() => this.#pass(opening, from, into));
    this.#last = passing.catch(() => {});
    return passing;
  }

  async #pass(opening: Tape, from: readonly Slot[], into: readonly Slot[]): Promise<void> {
    await this.#supervisor.perform([
      ...opening,
      ...from.flatMap((slot): readonly Op[] => [
        { kind: 'sendSlot', socket: supervisorSlots.passTo, slot },
        { kind: 'close', slot },
      ]),
    ]);
    await this.#init.perform(
      into.map((slot) => ({ kind: 'receiveSlot', socket: initSlots.passFrom, into: slot })),
    );
  }
}
