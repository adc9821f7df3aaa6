import type { CheckResult } from '../../core/check-result.ts';
import type { Verdict } from './check.ts';

const verdict =
  (result: CheckResult) =>
  (...evidence: readonly string[]): Verdict => ({ result, evidence });

export const pass = verdict('pass');
export const fail = verdict('fail');
export const inconclusive = verdict('inconclusive');
export const unsupported = verdict('unsupported');
export const notApplicable = verdict('n/a');

/** Faults are told alone; without any, what was seen instead is the evidence of a pass. */
export function judged(faults: readonly string[], seen: readonly string[]): Verdict {
  if (faults.length > 0) return fail(...faults);
  return seen.length > 0 ? pass(...seen) : inconclusive('nothing was seen that shows it');
}
