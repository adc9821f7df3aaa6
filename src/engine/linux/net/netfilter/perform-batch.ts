import { cloneFlags } from '../../abi/clone-flags.ts';
import type { Op, Slot, Tape } from '../../tape/op.ts';
import type { TapePerformer } from '../../tape/tape-performer.ts';
import type { NetlinkMessage } from '../netlink/message.ts';
import { openNetlink } from '../open-netlink.ts';
import { encodeBatch } from './batch.ts';

/** In that network namespace, each batch as one transaction; `first` is done there before them. `scratch` is empty before and after. */
export function planBatches(
  namespace: Slot,
  scratch: Slot,
  batches: readonly (readonly NetlinkMessage[])[],
  first: Tape = [],
): Tape {
  return [
    { kind: 'setns', slot: namespace, flags: cloneFlags.CLONE_NEWNET },
    ...first,
    openNetlink('netfilter', scratch),
    ...batches.map(
      (batch): Op => ({ kind: 'netlink', slot: scratch, messages: encodeBatch(batch), reply: 0 }),
    ),
    { kind: 'close', slot: scratch },
  ];
}

/** What performs them, and slots that it may use meanwhile. */
export interface BatchPerformer {
  readonly init: TapePerformer;
  readonly slots: { take(): Slot; give(slot: Slot): void };
}

/** Rejects with what the kernel refused; then nothing holds of that batch and of those behind it. */
export async function performBatches(
  { init, slots }: BatchPerformer,
  namespace: Slot,
  batches: readonly (readonly NetlinkMessage[])[],
  first: Tape = [],
): Promise<void> {
  const scratch = slots.take();
  try {
    await init.perform(planBatches(namespace, scratch, batches, first));
  } catch (error) {
    await init.perform([{ kind: 'close', slot: scratch }]).catch(() => {}); // the error above says more
    throw error;
  } finally {
    slots.give(scratch);
  }
}
