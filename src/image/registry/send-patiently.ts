import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageLimits } from '../image-limits.ts';
import { explainFailure } from './explain-failure.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { HttpAnswer } from './transport.ts';

export interface Patience {
  /** Of whom it is asked. */
  readonly name: string;
  readonly limits: ImageLimits;
  /** Milliseconds since 1970, for dates in Retry-After. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** RFC 9110, 15: too slow, too many, and what a server does not mean to last. */
const passingStatus = [408, 429, 500, 502, 503, 504];

/**
 * Asks again what failed in a way that may pass, after a wait that doubles or that the server asks for. The last answer is
 * returned whatever it is; the last failure is explained.
 */
export async function sendPatiently(
  send: () => Promise<HttpAnswer>,
  { name, limits, nowMs, signal }: Patience,
): Promise<HttpAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt >= limits.registryAttempts;
    let waitMs = limits.registryBackoffMs * 2 ** (attempt - 1);
    try {
      const answer = await send();
      if (!passingStatus.includes(answer.status) || isLast) return answer;
      const askedMs = parseRetryAfter(answer.header('retry-after'), nowMs());
      // Who wants us to wait longer than we would is believed: the answer is told, with what it says.
      if (askedMs !== undefined && askedMs > limits.registryWaitMs) return answer;
      answer.body.discard();
      waitMs = askedMs ?? waitMs;
    } catch (error) {
      signal.throwIfAborted();
      const failure = explainFailure(error, name);
      if (failure === undefined) throw error;
      if (!failure.mayPass || isLast) throw failure.error;
    }
    await sleep(Math.min(waitMs, limits.registryWaitMs), undefined, { signal });
  }
}
