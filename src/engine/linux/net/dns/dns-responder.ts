import { answerQuery } from './answer-query.ts';
import { encodeBadQuery, encodeResponse, responseLimit } from './encode-response.ts';
import { parseQuery } from './parse-query.ts';
import { rcodes } from './query.ts';
import type { NamedMember } from './resolve-names.ts';

export type DnsTransport = 'udp' | 'tcp';

/** Asks a server outside; undefined if none answered. */
export type ForwardQuery = (query: Uint8Array, transport: DnsTransport) => Promise<Uint8Array | undefined>;

/** The answer to a message; undefined if it deserves none. */
export type RespondToQuery = (query: Uint8Array, transport: DnsTransport) => Promise<Uint8Array | undefined>;

export interface ResponderOptions {
  readonly asker: string;
  /** As they are now. */
  readonly members: () => readonly NamedMember[];
  readonly seed: number;
  /** Only for containers with egress. */
  readonly forward?: ForwardQuery;
  /** What is to go wrong with this name, now. */
  readonly faultsOf?: (name: string) => readonly DnsTrouble[];
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface DnsTrouble {
  readonly answer: 'nxdomain' | 'servfail' | 'slow';
  readonly delayMs?: number;
}

const rcodeOf = { nxdomain: rcodes.noSuchName, servfail: rcodes.serverFailure } as const;

/** Queries on their way outside at one time, per container; more are answered SERVFAIL. */
const mostForwarded = 64;

/** What one container's name server says: bytes in, bytes out. */
export function dnsResponder(options: ResponderOptions): RespondToQuery {
  const { asker, members, seed, forward, faultsOf = () => [], sleep } = options;
  let asked = 0;
  let forwarded = 0;
  return async (bytes, transport) => {
    const query = parseQuery(bytes);
    if (query === undefined) return undefined;
    if ('rcode' in query) return encodeBadQuery(query);
    const limit = responseLimit(query, transport);
    for (const { answer, delayMs = 0 } of faultsOf(query.question.name)) {
      if (answer !== 'slow') return encodeResponse(query, rcodeOf[answer], [], limit);
      await sleep?.(delayMs);
    }
    asked += 1;
    const knowledge = {
      asker,
      members: members(),
      mayForward: forward !== undefined,
      seed: (seed + asked) | 0,
    };
    const answer = answerQuery(query, knowledge);
    if (answer.kind === 'answer') return encodeResponse(query, answer.rcode, answer.records, limit);
    if (forward === undefined || forwarded >= mostForwarded)
      return encodeResponse(query, rcodes.serverFailure, [], limit);
    forwarded += 1;
    try {
      return (await forward(bytes, transport)) ?? encodeResponse(query, rcodes.serverFailure, [], limit);
    } finally {
      forwarded -= 1;
    }
  };
}
