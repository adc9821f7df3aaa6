import { cloneFlags } from '../abi/clone-flags.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { encodeMessages, parseMessages } from './netlink/message.ts';
import { dumpConnections, parseConnections, type TcpConnection } from './netlink/sock-diag.ts';
import { openNetlink } from './open-netlink.ts';

/** Asks for the TCP connections of a container's network namespace; `parseConnectionReplies` reads the answer. */
export function planConnections(container: Slot, scratchSocket: Slot, ipv6: boolean): Tape {
  const families = ipv6 ? ([4, 6] as const) : ([4] as const);
  return [
    { kind: 'setns', slot: container, flags: cloneFlags.CLONE_NEWNET },
    openNetlink('sockDiag', scratchSocket),
    // One dump each: the kernel answers EBUSY to a second dump on a socket whose first is not read to its end.
    ...families.map((family) => ({
      kind: 'netlink' as const,
      slot: scratchSocket,
      messages: encodeMessages([dumpConnections(family)]),
      reply: 1,
    })),
    { kind: 'close', slot: scratchSocket },
  ];
}

export function parseConnectionReplies(replies: readonly Uint8Array[]): readonly TcpConnection[] {
  return parseConnections(replies.flatMap(parseMessages));
}
