import { cloneFlags } from '../abi/clone-flags.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { AF_INET, AF_INET6, encodeSockaddr, type SocketAddress } from './sockaddr.ts';
import { SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_STREAM } from './socket-types.ts';

export interface DialPlan {
  /** Whose network namespace to connect from: a pidfd, or a descriptor of the namespace. */
  readonly container: Slot;
  readonly to: SocketAddress;
  readonly protocol: 'tcp' | 'udp';
  /** Used by the tape; the pump owns the socket after it. */
  readonly scratch: Slot;
  readonly stream: number;
}

const pumpModes = { tcp: 3, udp: 4 } as const;

/** A connection from inside a container's network namespace; whether it was accepted arrives on the stream. */
export function planDial({ container, to, protocol, scratch, stream }: DialPlan): Tape {
  const domain = to.ip.family === 4 ? AF_INET : AF_INET6;
  const type = (protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  return [
    { kind: 'setns', slot: container, flags: cloneFlags.CLONE_NEWNET },
    { kind: 'socket', domain, type, protocol: 0, into: scratch },
    { kind: 'connect', slot: scratch, address: encodeSockaddr(to) },
    { kind: 'pump', slot: scratch, stream, mode: pumpModes[protocol], process: 0 },
  ];
}
