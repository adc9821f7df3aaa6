/** How a connection fails, told apart (language.md R24). */
export type DialFailure = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'no-name';

/** What `Container.dial` rejects with when the connection itself failed. */
export class DialError extends Error {
  readonly failure: DialFailure;

  constructor(failure: DialFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'DialError';
    this.failure = failure;
  }
}

/** errno(3) and getaddrinfo(3) names to kinds. */
const failureOfCode: Readonly<Record<string, DialFailure>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'no-name',
  EAI_AGAIN: 'no-name',
  EAI_NONAME: 'no-name',
};

/** The kind of a failed connection, whether told by the engine or by Node's own sockets; undefined if it is something else. */
export function dialFailureOf(error: unknown): DialFailure | undefined {
  if (error instanceof DialError) return error.failure;
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? failureOfCode[error.code] : undefined;
}
