/** Frames on the control channel: u32 length, u8 type, body; little-endian. The twin of launcher/launcher.h. */
export const toLauncher = { tape: 1, data: 2, end: 3, pause: 4, resume: 5, close: 6 } as const;

export const fromLauncher = {
  done: 1,
  failed: 2,
  started: 3,
  launchFailed: 4,
  exited: 5,
  data: 6,
  end: 7,
  closed: 8,
  written: 9,
  accepted: 10,
  connected: 11,
} as const;

const headerBytes = 5;
/** launcher.h MAX_FRAME. */
export const maxFrameBytes = 8 * 2 ** 20;

/** One frame whose body starts with `id`. */
export function encodeFrame(type: number, id: number, body?: Uint8Array): Buffer {
  const bodyBytes = 4 + (body?.byteLength ?? 0);
  const frame = Buffer.allocUnsafe(headerBytes + bodyBytes);
  frame.writeUInt32LE(1 + bodyBytes, 0);
  frame.writeUInt8(type, 4);
  frame.writeUInt32LE(id, headerBytes);
  if (body !== undefined) frame.set(body, headerBytes + 4);
  return frame;
}

/** A frame's type and number. */
const leastBytes = 1 + 4;
/** Of one frame from the launcher: well above what a tape's replies may come to (network.c, MAX_ANSWERS). */
const maxReplyBytes = 64 * 2 ** 20;

/** Cuts a byte stream into frames; keeps what is incomplete. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Throws RangeError at a frame of a length that no launcher sends; so does whoever reads beyond a frame's end. */
  read(chunk: Buffer, onFrame: (type: number, body: Buffer) => void): void {
    let input = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (input.length >= headerBytes) {
      const length = input.readUInt32LE(0);
      if (length < leastBytes || length > maxReplyBytes) throw new RangeError(`a frame of ${length} bytes`);
      if (input.length < 4 + length) break;
      onFrame(input.readUInt8(4), input.subarray(headerBytes, 4 + length));
      input = input.subarray(4 + length);
    }
    this.#rest = input;
  }
}
