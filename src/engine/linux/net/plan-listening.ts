import type { ListeningSocket } from '../../../core/engine.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { encodeMessages, parseMessages } from './netlink/message.ts';
import { dumpSockets, parseSockets } from './netlink/sock-diag.ts';
import { openNetlink } from './open-netlink.ts';

/** One dump each: the kernel answers EBUSY to a second dump on a socket whose first is not read to its end. */
const queries = [
  { protocol: 'tcp', family: 4 },
  { protocol: 'tcp', family: 6 },
  { protocol: 'udp', family: 4 },
  { protocol: 'udp', family: 6 },
] as const;

const firstSequence = 1;

type Query = (typeof queries)[number];

const queriesOf = (ipv6: boolean): readonly Query[] => queries.filter(({ family }) => ipv6 || family === 4);

/** Asks who listens in a container's network namespace; `parseListening` reads the answer. */
export function planListening(container: Slot, scratchSocket: Slot, ipv6: boolean): Tape {
  return [
    { kind: 'setns', slot: container, flags: cloneFlags.CLONE_NEWNET },
    openNetlink('sockDiag', scratchSocket),
    ...queriesOf(ipv6).map(({ protocol, family }, at) => ({
      kind: 'netlink' as const,
      slot: scratchSocket,
      messages: encodeMessages([dumpSockets(protocol, family)], firstSequence + at),
      reply: 1,
    })),
    { kind: 'close', slot: scratchSocket },
  ];
}

/** `replies`: all of the tape's. A long answer comes in several, so they are told apart by number. */
export function parseListening(replies: readonly Uint8Array[], ipv6: boolean): readonly ListeningSocket[] {
  const messages = replies.flatMap(parseMessages);
  return queriesOf(ipv6).flatMap(({ protocol }, at) =>
    parseSockets(
      protocol,
      messages.filter(({ sequence }) => sequence === firstSequence + at),
    ),
  );
}
