import { encodeMessages, type NetlinkMessage } from '../netlink/message.ts';

/** linux/netfilter/nfnetlink.h */
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;

/** struct nfgenmsg: no family, version 0, the subsystem (nf_tables) in network order. */
const batchHeader = Uint8Array.of(0, 0, 0, 10);

/**
 * All of them or none: the kernel takes what stands between begin and end as one transaction. Only the last is acknowledged: all
 * acknowledgements come at once at the end, and more than a few hundred would overrun the socket that is to receive them. The frame
 * itself is never acknowledged, since kernels differ in whether they answer it.
 */
export function encodeBatch(messages: readonly NetlinkMessage[]): Uint8Array {
  const last = messages.length - 1;
  const frame = (type: number): NetlinkMessage => {
    return { type, flags: 0, silent: true, header: batchHeader, attributes: [] };
  };
  return encodeMessages([
    frame(NFNL_MSG_BATCH_BEGIN),
    ...messages.map((each, at): NetlinkMessage => (at === last ? each : { ...each, silent: true })),
    frame(NFNL_MSG_BATCH_END),
  ]);
}

/** What a netlink socket takes at once is about 200 kB. */
const mostBytesOfBatch = 150_000;

/** In order, in as few batches as the kernel takes; what is small stays one transaction. */
export function splitBatch(messages: readonly NetlinkMessage[]): readonly (readonly NetlinkMessage[])[] {
  const batches: NetlinkMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const length = encodeMessages([message]).length;
    if (bytes + length > mostBytesOfBatch) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(message);
    bytes += length;
  }
  return batches;
}
