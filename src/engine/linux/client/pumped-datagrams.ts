import type { DatagramPort } from '../net/ports.ts';
import { toLauncher } from './frame.ts';
import type { StreamControl, StreamEnd } from './stream-end.ts';

/** A UDP socket that lives in another network namespace. Each frame is u16 address length, address, payload. */
export class PumpedDatagrams implements DatagramPort, StreamEnd {
  readonly #stream: number;
  readonly #control: StreamControl;
  #listener: ((peer: Uint8Array, payload: Uint8Array) => void) | undefined;

  constructor(stream: number, control: StreamControl) {
    this.#stream = stream;
    this.#control = control;
    control.register(stream, this);
  }

  onMessage(listener: (peer: Uint8Array, payload: Uint8Array) => void): void {
    this.#listener = listener;
  }

  send(peer: Uint8Array, payload: Uint8Array): void {
    const addressLength = Buffer.alloc(2);
    addressLength.writeUInt16LE(peer.byteLength);
    this.#control.send(toLauncher.data, this.#stream, Buffer.concat([addressLength, peer, payload]));
  }

  close(): void {
    this.#control.send(toLauncher.close, this.#stream);
    this.#control.forget(this.#stream);
  }

  onData(data: Buffer): void {
    const payloadAt = 2 + data.readUInt16LE(0);
    this.#listener?.(Buffer.from(data.subarray(2, payloadAt)), Buffer.from(data.subarray(payloadAt)));
  }

  onClosed(): void {
    this.#control.forget(this.#stream);
  }

  onEnd(): void {}
  onWritten(): void {}
  onConnected(): void {}
  onAccepted(): void {}
}
