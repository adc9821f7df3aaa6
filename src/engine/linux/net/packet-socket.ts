import type { Op, Slot } from '../tape/op.ts';
import { SOCK_CLOEXEC, SOCK_RAW } from './socket-types.ts';

/** Of bits/socket.h, linux/if_ether.h, linux/if_packet.h, asm-generic/socket.h. */
const AF_PACKET = 17;
const ETH_P_ALL = 3;
const SOL_PACKET = 263;
const SOL_SOCKET = 1;
const PACKET_VNET_HDR = 15;
const PACKET_IGNORE_OUTGOING = 23;
const SO_RCVBUF = 8;

/**
 * A socket for whole frames that hears nothing until it is bound. Each frame has a virtio header in front, so that what offloads
 * have not yet cut or summed goes on as it came (packet(7)); what leaves by the interface is not heard, only what arrives.
 */
export function openPacketSocket(into: Slot, receiveBufferBytes: number): readonly Op[] {
  const option = (level: number, name: number, value: number): Op => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return { kind: 'setSocketOption', slot: into, level, name, value: bytes };
  };
  return [
    { kind: 'socket', domain: AF_PACKET, type: SOCK_RAW | SOCK_CLOEXEC, protocol: 0, into },
    option(SOL_PACKET, PACKET_VNET_HDR, 1),
    option(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1),
    option(SOL_SOCKET, SO_RCVBUF, receiveBufferBytes),
  ];
}

/** From now on it hears the interface. */
export const hearInterface = (slot: Slot, index: number): Op => bindTo(slot, index, ETH_P_ALL);

/** A socket for sending whole frames out of an interface; it hears nothing. */
export function openPacketSender(into: Slot, index: number): readonly Op[] {
  return [
    { kind: 'socket', domain: AF_PACKET, type: SOCK_RAW | SOCK_CLOEXEC, protocol: 0, into },
    bindTo(into, index, 0),
  ];
}

/** struct sockaddr_ll: family, protocol in network order, index; the rest is not for binding. */
function bindTo(slot: Slot, index: number, protocol: number): Op {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(protocol, 2);
  address.writeInt32LE(index, 4);
  return { kind: 'bind', slot, address };
}
