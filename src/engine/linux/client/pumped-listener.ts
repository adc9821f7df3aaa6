import type { Duplex } from 'node:stream';
import type { ListenerPort } from '../net/ports.ts';
import { toLauncher } from './frame.ts';
import { PumpedDuplex } from './pumped-duplex.ts';
import type { StreamControl, StreamEnd } from './stream-end.ts';

/** A listening TCP socket that lives in another network namespace. */
export class PumpedListener implements ListenerPort, StreamEnd {
  readonly #stream: number;
  readonly #control: StreamControl;
  #listener: ((connection: Duplex) => void) | undefined;

  constructor(stream: number, control: StreamControl) {
    this.#stream = stream;
    this.#control = control;
    control.register(stream, this);
  }

  onConnection(listener: (connection: Duplex) => void): void {
    this.#listener = listener;
  }

  close(): void {
    this.#control.send(toLauncher.close, this.#stream);
    this.#control.forget(this.#stream);
  }

  onAccepted(stream: number): void {
    const connection = new PumpedDuplex(stream, this.#control, { readable: true, writable: true });
    connection.on('error', () => {}); // the peer went away: its own close event says so
    if (this.#listener === undefined) connection.destroy();
    else this.#listener(connection);
  }

  onClosed(): void {
    this.#control.forget(this.#stream);
  }

  onData(): void {}
  onEnd(): void {}
  onWritten(): void {}
  onConnected(): void {}
}
