import type { IpAddress } from '../ip.ts';
import { parseMac } from '../mac.ts';
import { type Attachment, describeAttachment, indexesOf } from '../plan-attach.ts';

/** A member of a network as its policy knows it: what its port on the bridge may send as, and be sent. */
export interface PolicyMember {
  readonly container: string;
  /** Index of its port on the bridge. */
  readonly port: number;
  readonly mac: Uint8Array;
  readonly addresses: readonly IpAddress[];
}

export function policyMember(
  container: string,
  attachment: Attachment,
  port = indexesOf(attachment).onBridge,
): PolicyMember {
  const { ipv4, ipv6 } = attachment;
  return {
    container,
    port,
    mac: parseMac(describeAttachment(attachment).mac) ?? new Uint8Array(6),
    addresses: [ipv4, ipv6].flatMap((place) => (place === undefined ? [] : [place.address])),
  };
}
