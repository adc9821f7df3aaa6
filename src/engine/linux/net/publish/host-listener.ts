/** One listening socket of the host, relaying to a container. */
export interface HostListener {
  readonly address: string;
  readonly port: number;
  /** Stops listening; what is relayed may end by itself until the deadline. Never rejects. */
  close(deadlineMs: number): Promise<void>;
}

export interface ListenAddress {
  readonly address: string;
  readonly port: number;
}
