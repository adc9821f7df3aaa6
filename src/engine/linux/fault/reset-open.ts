import { cloneFlags } from '../abi/clone-flags.ts';
import { errnoOf } from '../client/errno-of.ts';
import type { LauncherClient } from '../client/launcher-client.ts';
import { sameIp } from '../net/ip.ts';
import type { TcpConnection } from '../net/netlink/sock-diag.ts';
import { openPacketSender } from '../net/packet-socket.ts';
import { describeAttachment, indexesOf } from '../net/plan-attach.ts';
import { parseConnectionReplies, planConnections } from '../net/plan-connections.ts';
import { encodeTcpFrame } from '../net/tcp-segment.ts';
import type { Op, Slot } from '../tape/op.ts';
import { addressesOfWay, type Way } from './plan-filters.ts';

export interface OpenWay extends Way {
  /** A pidfd of the sender, which runs. */
  readonly sender: Slot;
  readonly namespace: Slot;
}

interface Scratch {
  readonly init: LauncherClient;
  /** Empty before and after. */
  readonly slot: Slot;
  readonly ipv6: boolean;
}

/**
 * A reset answers who sends, and who is silent still has a connection. So each end is sent a byte that lies outside of what it may
 * be sent: it says so (RFC 9293, 3.10.7.4), and that is answered with a reset it believes.
 */
export async function rouseConnections(
  ways: readonly OpenWay[],
  port: number | undefined,
  { init, slot, ipv6 }: Scratch,
): Promise<void> {
  for (const sender of new Set(ways.map((way) => way.sender))) {
    try {
      const open = parseConnectionReplies(await init.perform(planConnections(sender, slot, ipv6)));
      for (const way of ways.filter((each) => each.sender === sender)) {
        const ofWay = open.filter((each) => isOfWay(each, way, port));
        if (ofWay.length > 0) await init.perform(planRousing(way, ofWay, slot));
      }
    } catch (error) {
      await init.perform([{ kind: 'close', slot }]);
      if (!isGone(error)) throw error;
    }
  }
}

/** The container has ended meanwhile, and its connections with it. */
function isGone(error: unknown): boolean {
  return ['ESRCH', 'ENODEV', 'ENXIO', 'ENETDOWN'].includes(errnoOf(error) ?? '');
}

function isOfWay({ local, remote }: TcpConnection, way: Way, port: number | undefined): boolean {
  if (port !== undefined && local.port !== port && remote.port !== port) return false;
  return addressesOfWay(way).some(({ from, to }) => sameIp(from, local.ip) && sameIp(to, remote.ip));
}

/** Out of the sender's own port of the network, past every rule. */
function planRousing(
  { from, to, namespace }: OpenWay,
  open: readonly TcpConnection[],
  socket: Slot,
): readonly Op[] {
  const [toMac, fromMac] = [describeAttachment(from.attachment).mac, describeAttachment(to.attachment).mac];
  const frames = open.map(({ local, remote }) =>
    encodeTcpFrame({ fromMac, toMac, from: remote, to: local, sequence: 0, data: Uint8Array.of(0) }),
  );
  return [
    { kind: 'setns', slot: namespace, flags: cloneFlags.CLONE_NEWNET },
    ...openPacketSender(socket, indexesOf(from.attachment).onBridge),
    ...frames.map((data): Op => ({ kind: 'writeSlot', slot: socket, data })),
    { kind: 'close', slot: socket },
  ];
}
