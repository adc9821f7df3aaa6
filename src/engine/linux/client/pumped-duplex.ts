import { Duplex } from 'node:stream';
import { errnoError } from './errno-error.ts';
import { toLauncher } from './frame.ts';
import type { StreamControl, StreamEnd } from './stream-end.ts';

const EPIPE = 32;
const ECONNRESET = 104;
/** Above this much unread the launcher stops reading, so a flood fills the container's pipe and not our memory. */
const readAheadBytes = 256 * 1024;
/** One frame in flight per stream; the launcher acknowledges it when the kernel has taken it. */
const chunkBytes = 64 * 1024;

export interface PumpedDirections {
  readonly readable: boolean;
  readonly writable: boolean;
}

/** A pipe end, terminal or TCP socket that lives in another namespace. */
export class PumpedDuplex extends Duplex implements StreamEnd {
  readonly #stream: number;
  readonly #control: StreamControl;
  #unsent: Buffer = Buffer.alloc(0);
  #inFlightBytes = 0;
  #written: ((error?: Error | null) => void) | undefined;
  #gone = false;
  #paused = false;
  #settleConnect: ((errno: number) => void) | undefined;

  constructor(stream: number, control: StreamControl, directions: PumpedDirections) {
    super({ ...directions, allowHalfOpen: true, readableHighWaterMark: readAheadBytes });
    this.#stream = stream;
    this.#control = control;
    control.register(stream, this);
  }

  /** For a socket that a tape connects: rejects as `connect` of node:net does, also when the launcher ends. */
  connected(signal: AbortSignal): Promise<void> {
    const saidByPromise = (): void => {};
    this.on('error', saidByPromise);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#settleConnect = (errno) => {
        signal.removeEventListener('abort', onAbort);
        if (errno !== 0) return reject(errnoError('connect', errno));
        this.off('error', saidByPromise);
        resolve();
      };
      if (signal.aborted) onAbort();
    });
  }

  override _read(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#control.send(toLauncher.resume, this.#stream);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#gone) {
      done(errnoError('write', EPIPE));
      return;
    }
    this.#unsent = chunk;
    this.#written = done;
    this.#sendNext();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#control.send(toLauncher.end, this.#stream);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#control.send(toLauncher.close, this.#stream);
    this.#control.forget(this.#stream);
    done(error);
  }

  onData(data: Buffer): void {
    if (this.readableEnded || this.destroyed || this.push(Buffer.from(data)) || this.#paused) return;
    this.#paused = true;
    this.#control.send(toLauncher.pause, this.#stream);
  }

  onEnd(): void {
    if (!this.destroyed && this.readable) this.push(null);
  }

  onClosed(errno: number): void {
    this.#gone = true;
    this.#control.forget(this.#stream);
    this.#settleConnect?.(errno === 0 ? ECONNRESET : errno);
    const waiting = this.#written;
    this.#written = undefined;
    waiting?.(errnoError('write', errno === 0 ? EPIPE : errno));
    if (this.destroyed) return;
    if (errno !== 0 && errno !== EPIPE) this.destroy(errnoError('read', errno));
    else if (this.readable && !this.readableEnded) this.push(null);
  }

  onWritten(bytes: number): void {
    this.#inFlightBytes -= bytes;
    if (this.#inFlightBytes <= 0) this.#sendNext();
  }

  onConnected(): void {
    this.#settleConnect?.(0);
    this.#settleConnect = undefined;
    this.emit('connect');
  }

  onAccepted(): void {}

  #sendNext(): void {
    if (this.#unsent.length === 0) {
      const done = this.#written;
      this.#written = undefined;
      done?.();
      return;
    }
    const part = this.#unsent.subarray(0, chunkBytes);
    this.#unsent = this.#unsent.subarray(part.length);
    this.#inFlightBytes = part.length;
    this.#control.send(toLauncher.data, this.#stream, part);
  }
}
