/** RFC 1035 4.1.1, RFC 6895 2.3. */
export const rcodes = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  noSuchName: 3,
  notImplemented: 4,
  refused: 5,
  badVersion: 16,
} as const;
export type Rcode = (typeof rcodes)[keyof typeof rcodes];

/** Numbers of record types (RFC 1035 3.2.2, RFC 3596, RFC 6891); 255 asks for any. */
export const recordTypes = { a: 1, ptr: 12, aaaa: 28, opt: 41, any: 255 } as const;
export const classInternet = 1;

export const headerBytes = 12;

/** What a client asks, with what the answer must repeat. */
export interface DnsQuery {
  readonly id: number;
  readonly recursionDesired: boolean;
  readonly question: DnsQuestion;
  /** RFC 6891, where the client speaks it. */
  readonly edns?: { readonly udpBytes: number; readonly version: number };
}

export interface DnsQuestion {
  /** Lower case, without the final dot; the root is empty. Bytes that are not plain are written `\DDD`, dots inside a label `\.`. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** As it came: the answer repeats it, letter case included (draft-vixie-dnsext-dns0x20). */
  readonly bytes: Uint8Array;
}

/** Anything else than a query with one question, and how to answer it; without `rcode` it deserves no answer. */
export interface BadQuery {
  readonly id: number;
  readonly rcode: Rcode;
}
