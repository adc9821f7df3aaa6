/** Netlink aligns headers and attributes to four bytes (linux/netlink.h NLMSG_ALIGNTO, NLA_ALIGNTO). */
export const align4 = (length: number): number => (length + 3) & ~3;

/** linux/netlink.h: the upper two bits of an attribute's type are flags. */
const typeMask = 0x3fff;

/** One `struct nlattr` with its value; a list is nested, bytes are taken as they are. */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array | readonly Attribute[];
}

export function encodeAttributes(attributes: readonly Attribute[]): Uint8Array {
  return Buffer.concat(attributes.map(encodeAttribute));
}

function encodeAttribute({ type, value }: Attribute): Uint8Array {
  const payload = value instanceof Uint8Array ? value : encodeAttributes(value);
  const bytes = Buffer.alloc(align4(4 + payload.length));
  bytes.writeUInt16LE(4 + payload.length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload, 4);
  return bytes;
}

/** By type; the last of several. Stops at the first that does not fit, so any bytes are safe to give. */
export function parseAttributes(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= view.length; ) {
    const length = view.readUInt16LE(at);
    if (length < 4 || at + length > view.length) break;
    found.set(view.readUInt16LE(at + 2) & typeMask, view.subarray(at + 4, at + length));
    at += align4(length);
  }
  return found;
}

export const u8 = (value: number): Uint8Array => Uint8Array.of(value);

export function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** In network order, as nf_tables has its numbers. */
export function be32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
}

/** With its final NUL. */
export const cString = (text: string): Uint8Array => Buffer.from(`${text}\0`, 'utf8');

export function readU32(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined || bytes.length < 4) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, 4).readUInt32LE(0);
}

export function readCString(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}
