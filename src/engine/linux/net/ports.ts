import type { Duplex } from 'node:stream';

/** A datagram socket that lives elsewhere, usually in a container's network namespace; the launcher's pump moves its messages. */
export interface DatagramPort {
  /** `peer`: the bytes of a struct sockaddr, to be given back to `send` unchanged. */
  onMessage(listener: (peer: Uint8Array, payload: Uint8Array) => void): void;
  /** On a connected socket `peer` is empty. Like UDP itself it may lose the message. */
  send(peer: Uint8Array, payload: Uint8Array): void;
  close(): void;
}

/** A listening stream socket that lives elsewhere. */
export interface ListenerPort {
  onConnection(listener: (stream: Duplex) => void): void;
  close(): void;
}
