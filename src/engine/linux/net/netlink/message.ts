import { type Attribute, align4, encodeAttributes } from './attribute.ts';

/** linux/netlink.h: flags of a request. */
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;

const headerBytes = 16;

/** One netlink message: the fixed structure of its type, then attributes. */
export interface NetlinkMessage {
  readonly type: number;
  /** Beside NLM_F_REQUEST, and NLM_F_ACK unless `silent`. */
  readonly flags: number;
  /** Not acknowledged. The kernel tells a refusal all the same, before the acknowledgement of a later message. */
  readonly silent?: true;
  readonly header: Uint8Array;
  readonly attributes: readonly Attribute[];
}

/**
 * Several messages in one buffer, for one system call: the kernel performs them in order and acknowledges each that is not `silent`. They are numbered
 * from `firstSequence`; answers bear the number of what they answer.
 */
export function encodeMessages(messages: readonly NetlinkMessage[], firstSequence = 1): Uint8Array {
  return Buffer.concat(messages.map((message, at) => encodeMessage(message, firstSequence + at)));
}

function encodeMessage(message: NetlinkMessage, sequence: number): Uint8Array {
  const { type, flags, silent, header, attributes } = message;
  const body = encodeAttributes(attributes);
  const length = headerBytes + align4(header.length) + body.length;
  const bytes = Buffer.alloc(align4(length));
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags | NLM_F_REQUEST | (silent ? 0 : NLM_F_ACK), 6);
  bytes.writeUInt32LE(sequence, 8);
  bytes.set(header, headerBytes);
  bytes.set(body, headerBytes + align4(header.length));
  return bytes;
}

export interface ReceivedMessage {
  readonly type: number;
  readonly sequence: number;
  /** What follows the message header. */
  readonly payload: Uint8Array;
}

/** The messages of a reply, whole ones only: any bytes are safe to give. */
export function parseMessages(bytes: Uint8Array): readonly ReceivedMessage[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: ReceivedMessage[] = [];
  for (let at = 0; at + headerBytes <= view.length; ) {
    const length = view.readUInt32LE(at);
    if (length < headerBytes || at + length > view.length) break;
    messages.push({
      type: view.readUInt16LE(at + 4),
      sequence: view.readUInt32LE(at + 8),
      payload: view.subarray(at + headerBytes, at + length),
    });
    at += align4(length);
  }
  return messages;
}
