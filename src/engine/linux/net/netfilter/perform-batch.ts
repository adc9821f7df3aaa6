import { cloneFlags } from '../../abi/clone-flags.ts';
import type { Slot, Tape } from '../../tape/op.ts';
import type { TapePerformer } from '../../tape/tape-performer.ts';
import type { NetlinkMessage } from '../netlink/message.ts';
import { openNetlink } from '../open-netlink.ts';
import { encodeBatch } from './batch.ts';

/** In that network namespace, as one transaction; `first` is done there before it. `scratch` is empty before and after. */
export function planBatch(
  namespace: Slot,
  scratch: Slot,
  messages: readonly NetlinkMessage[],
  first: Tape = [],
): Tape {
  return [
    { kind: 'setns', slot: namespace, flags: cloneFlags.CLONE_NEWNET },
    ...first,
    openNetlink('netfilter', scratch),
    { kind: 'netlink', slot: scratch, messages: encodeBatch(messages), reply: 0 },
    { kind: 'close', slot: scratch },
  ];
}

/** Rejects with what the kernel refused; then nothing of the batch holds. */
export async function performBatch(
  init: TapePerformer,
  namespace: Slot,
  scratch: Slot,
  messages: readonly NetlinkMessage[],
  first: Tape = [],
): Promise<void> {
  try {
    await init.perform(planBatch(namespace, scratch, messages, first));
  } catch (error) {
    await init.perform([{ kind: 'close', slot: scratch }]).catch(() => {}); // the error above says more
    throw error;
  }
}
