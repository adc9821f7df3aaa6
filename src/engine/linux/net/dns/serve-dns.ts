import type { DatagramPort, ListenerPort } from '../ports.ts';
import type { RespondToQuery } from './dns-responder.ts';
import { serveDnsStream } from './serve-dns-stream.ts';

/** Of one container: both sockets are in its network namespace, and that is how its queries are told from others'. */
export interface DnsPorts {
  readonly datagrams: DatagramPort;
  readonly listener: ListenerPort;
}

export interface DnsServer {
  close(): void;
}

/** Streams served at one time, per container; more are closed at once. */
const mostStreams = 32;

export function serveDns({ datagrams, listener }: DnsPorts, respond: RespondToQuery): DnsServer {
  const streams = new Set<AbortController>();
  let closed = false;
  datagrams.onMessage((peer, payload) => {
    void respond(payload, 'udp').then((answer) => {
      if (answer !== undefined && !closed) datagrams.send(peer, answer);
    });
  });
  listener.onConnection((stream) => {
    if (closed || streams.size >= mostStreams) {
      stream.destroy();
      return;
    }
    const abort = new AbortController();
    streams.add(abort);
    void serveDnsStream(stream, respond, abort.signal).finally(() => streams.delete(abort));
  });
  return {
    close() {
      closed = true;
      for (const stream of streams) stream.abort();
      datagrams.close();
      listener.close();
    },
  };
}
