import { cString, u32 } from './attribute.ts';
import { type NetlinkMessage, NLM_F_CREATE, NLM_F_REPLACE } from './message.ts';

/** linux/rtnetlink.h, linux/pkt_sched.h */
const RTM_NEWQDISC = 36;
const RTM_DELQDISC = 37;
const TC_H_ROOT = 0xffff_ffff;
const TC_LINKLAYER_ETHERNET = 1;
const TCA = { KIND: 1, OPTIONS: 2 } as const;
const TCA_TBF = { PARMS: 1, RATE64: 4, BURST: 6 } as const;

/** Our own, so that one that is there already is changed. */
const handle = 0x1_0000;

/** What may go at once after a pause: two packets at least, and no more than a fiftieth of a second of a fast line. */
const burstOf = (bytesPerSecond: number): number => Math.max(4_096, Math.floor(bytesPerSecond / 50));

/** What waits before packets are lost: a quarter of a second, as the buffers of slow lines do. */
const queueOf = (bytesPerSecond: number): number => Math.max(65_536, Math.floor(bytesPerSecond / 4));

const mostU32 = 0xffff_ffff;

/** Sends no faster than that (tc-tbf(8)); frames larger than a burst are cut into segments first (net/sched/sch_tbf.c). */
export function newTokenBucket(index: number, bytesPerSecond: number): NetlinkMessage {
  // struct tc_tbf_qopt: two struct tc_ratespec of 12 bytes (link layer at 1, rate at 8), limit, buffer, mtu.
  const parameters = Buffer.alloc(36);
  parameters.writeUInt8(TC_LINKLAYER_ETHERNET, 1);
  parameters.writeUInt32LE(Math.min(mostU32, bytesPerSecond), 8);
  parameters.writeUInt32LE(Math.min(mostU32, queueOf(bytesPerSecond)), 24);
  const rate64 = Buffer.alloc(8);
  rate64.writeBigUInt64LE(BigInt(bytesPerSecond));
  const options = [
    { type: TCA_TBF.PARMS, value: parameters },
    { type: TCA_TBF.RATE64, value: rate64 },
    { type: TCA_TBF.BURST, value: u32(Math.min(mostU32, burstOf(bytesPerSecond))) },
  ];
  return {
    type: RTM_NEWQDISC,
    flags: NLM_F_CREATE | NLM_F_REPLACE,
    header: tcHeader(index, handle),
    attributes: [
      { type: TCA.KIND, value: cString('tbf') },
      { type: TCA.OPTIONS, value: options },
    ],
  };
}

/** Back to what the link has by itself. ENOENT when it has that already. */
export function deleteRootQueue(index: number): NetlinkMessage {
  return { type: RTM_DELQDISC, flags: 0, header: tcHeader(index, 0), attributes: [] };
}

/** struct tcmsg: family and padding, index, handle, parent, info. */
function tcHeader(index: number, own: number): Uint8Array {
  const header = Buffer.alloc(20);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(own, 8);
  header.writeUInt32LE(TC_H_ROOT, 12);
  return header;
}
