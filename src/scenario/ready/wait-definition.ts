import type { Clock } from '../../core/clock.ts';
import type { Json } from '../../core/json.ts';
import type { ReadyCondition } from '../../core/plan.ts';
import type { RunLimits } from '../run/run-limits.ts';
import type { RunningService } from '../run/running-service.ts';

/** What a wait may look at. */
export interface WaitTarget {
  readonly service: RunningService;
  readonly clock: Clock;
  readonly limits: RunLimits;
}

export type Verdict =
  | { readonly ready: true }
  /** What was seen instead, for the message of a time-out. */
  | { readonly ready: false; readonly seen: string };

/** One wait, ready to be asked again and again. */
export interface Probe {
  /** `port 5432`, for messages. */
  readonly what: string;
  check(signal: AbortSignal): Promise<Verdict>;
  /** Resolves when asking again may help; without it, only time tells. */
  changed?(): Promise<void>;
  /** It can be asked of an ended container: what a process left behind still counts. */
  readonly worksAfterEnd?: boolean;
}

/** A kind of wait: one file here, one line in the table. */
export interface WaitDefinition {
  readonly kind: Exclude<ReadyCondition['kind'], 'all' | 'any'>;
  prepare(value: Json, target: WaitTarget): Promise<Probe> | Probe;
}

export const ready: Verdict = { ready: true };

export function notReady(seen: string): Verdict {
  return { ready: false, seen };
}
