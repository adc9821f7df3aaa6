import { cloneFlags } from '../abi/clone-flags.ts';
import { errnoOf } from '../client/errno-of.ts';
import { encodeMessages, type NetlinkMessage } from '../net/netlink/message.ts';
import { deleteRootQueue, newTokenBucket } from '../net/netlink/token-bucket.ts';
import { openNetlink } from '../net/open-netlink.ts';
import { type Attachment, indexesOf } from '../net/plan-attach.ts';
import type { Slot, Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';

interface Line {
  readonly attachment: Attachment;
  /** A pidfd of the container. */
  readonly container: Slot;
  /** Empty before and after. */
  readonly scratch: Slot;
}

/**
 * What leaves either end of a veth waits in a queue there: towards the container on the bridge's port, from it on its own
 * interface. Undefined takes the queues away.
 */
export async function setRate(
  init: TapePerformer,
  line: Line,
  bytesPerSecond: number | undefined,
): Promise<void> {
  const message = (index: number): NetlinkMessage =>
    bytesPerSecond === undefined ? deleteRootQueue(index) : newTokenBucket(index, bytesPerSecond);
  const { onBridge, inside } = indexesOf(line.attachment);
  const tapes: readonly Tape[] = [
    [send(line.attachment.networkSocket, message(onBridge))],
    [
      { kind: 'setns', slot: line.container, flags: cloneFlags.CLONE_NEWNET },
      openNetlink('route', line.scratch),
      send(line.scratch, message(inside)),
      { kind: 'close', slot: line.scratch },
    ],
  ];
  for (const tape of tapes) {
    await init.perform(tape).catch(async (error: unknown) => {
      if (tape.length > 1) await init.perform([{ kind: 'close', slot: line.scratch }]);
      if (!isGone(error)) throw error;
    });
  }
}

const send = (slot: Slot, message: NetlinkMessage): Tape[number] => {
  return { kind: 'netlink', slot, messages: encodeMessages([message]), reply: 0 };
};

/** The link has gone with its container, or has no queue to take away. */
function isGone(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENODEV' || errno === 'ENOENT' || errno === 'ESRCH';
}
