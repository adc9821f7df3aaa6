/** Node's end of one stream that the launcher pumps: what the launcher says about it, by stream number. */
export interface StreamEnd {
  onData(data: Buffer): void;
  /** Nothing more to read. */
  onEnd(): void;
  /** Gone for good; `errno` 0 when it ended in order. */
  onClosed(errno: number): void;
  onWritten(bytes: number): void;
  onConnected(): void;
  onAccepted(stream: number, peer: Buffer): void;
}

/** What a stream end says to the launcher. */
export interface StreamControl {
  send(type: number, stream: number, body?: Uint8Array): void;
  register(stream: number, end: StreamEnd): void;
  forget(stream: number): void;
}
