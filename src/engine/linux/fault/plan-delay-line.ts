import { cloneFlags } from '../abi/clone-flags.ts';
import type { LaunchedProcess } from '../client/launched-process.ts';
import { deleteLink, newVethHere, setLink, setPort } from '../net/netlink/link.ts';
import { encodeMessages, type NetlinkMessage } from '../net/netlink/message.ts';
import { hearInterface, openPacketSocket } from '../net/packet-socket.ts';
import { type Attachment, indexesOf } from '../net/plan-attach.ts';
import { bridgeIndex } from '../net/plan-network.ts';
import { noSlot, type Op, type Slot, type Tape } from '../tape/op.ts';

export interface Delay {
  readonly delayMs: number;
  readonly jitterMs: number;
}

/** What a direction holds before frames are lost, as docs/faults.md says: 50 ms of 2.5 Gbit/s. */
const heldBytes = 16 << 20;
/** Of what has arrived and was not yet taken: for the moments in which the machine is busy. */
const receiveBufferBytes = 8 << 20;
/** Far above those of ports. */
const firstIndex = 500_000;
/** The relay's own numbers; it is a copy of the init, whose lie below (sandbox/container-launch.ts). */
const relaySlots = { port: 60_000, pair: 60_001 } as const;

/** The pair that takes the port's place on the bridge: `onBridge` there, `behind` with the relay. */
function pairOf({ port }: Attachment): { readonly onBridge: number; readonly behind: number } {
  return { onBridge: firstIndex + 2 * port, behind: firstIndex + 2 * port + 1 };
}

/** By which frames of a delayed port arrive on the bridge and leave it. */
export const delayedPortOf = (attachment: Attachment): number => pairOf(attachment).onBridge;

/** The relay, from its clone on; it waits for its release before it hears anything, and has no rights by then. */
export function planRelay(attachment: Attachment, { delayMs, jitterMs }: Delay, seed: bigint): Tape {
  const { port, pair } = relaySlots;
  return [
    ...openPacketSocket(port, receiveBufferBytes),
    ...openPacketSocket(pair, receiveBufferBytes),
    { kind: 'boundCaps', keep: 0n },
    { kind: 'setCaps', effective: 0n, permitted: 0n, inheritable: 0n },
    { kind: 'noNewPrivs' },
    { kind: 'await' },
    hearInterface(port, indexesOf(attachment).onBridge),
    hearInterface(pair, pairOf(attachment).behind),
    {
      kind: 'relayFrames',
      a: port,
      b: pair,
      delayNs: nanoseconds(delayMs),
      jitterNs: nanoseconds(jitterMs),
      limitBytes: BigInt(heldBytes),
      seed,
    },
  ];
}

const nanoseconds = (ms: number): bigint => BigInt(Math.round(ms * 1e6));

/**
 * A longer line: the container's port leaves the bridge, a new pair joins it, and the relay carries frames between them. The
 * container's own end is never touched, so its addresses and connections stay.
 */
export function planLonger(namespace: Slot, attachment: Attachment, relay: LaunchedProcess): Tape {
  const { onBridge, behind } = pairOf(attachment);
  const port = indexesOf(attachment).onBridge;
  const pair = [
    newVethHere(
      { index: onBridge, name: `delay${attachment.port}`, master: bridgeIndex, up: true },
      { index: behind, name: `relay${attachment.port}` },
    ),
    setLink(behind, { up: true }),
  ];
  const send = (messages: readonly NetlinkMessage[]): Op => {
    return {
      kind: 'netlink',
      slot: attachment.networkSocket,
      messages: encodeMessages(messages),
      reply: 0,
    };
  };
  return [
    { kind: 'setns', slot: namespace, flags: cloneFlags.CLONE_NEWNET },
    { kind: 'clone', flags: 0, process: relay.id, pidfd: noSlot, tape: relay.tape },
    send(pair),
    send([setPort(port, 'disabled')]),
    { kind: 'release', process: relay.id },
    // It carries nothing any more, and this takes a while. Without it, a member that puts its link down and up would be back.
    send([setLink(port, { master: 0 })]),
  ];
}

/**
 * As it was, after which the relay ends by itself. The port is on the bridge before the pair is off it, so that next to nothing is
 * lost; for a moment a frame may come twice. ENODEV where the container has ended, and its port with it.
 */
export function planAsBefore(attachment: Attachment): Tape {
  const port = indexesOf(attachment).onBridge;
  const { onBridge } = pairOf(attachment);
  const messages = [
    setLink(port, { master: bridgeIndex }),
    setPort(port, 'forwarding'),
    setPort(onBridge, 'disabled'),
    deleteLink(onBridge),
  ];
  return [{ kind: 'netlink', slot: attachment.networkSocket, messages: encodeMessages(messages), reply: 0 }];
}
