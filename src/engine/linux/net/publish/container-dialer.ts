import type { Duplex } from 'node:stream';
import type { DatagramPort } from '../ports.ts';

/** Ways into one container, to the address others on its networks know. */
export interface ContainerDialer {
  /** Resolves once connected; rejects as `connect` of node:net does (ECONNREFUSED …). */
  tcp(port: number, signal: AbortSignal): Promise<Duplex>;
  /** A connected socket of its own for one client. */
  udp(port: number, signal: AbortSignal): Promise<DatagramPort>;
}
