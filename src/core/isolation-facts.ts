import type { CheckResult } from './check-result.ts';

/** What a service is held to; each contains the ones before it. */
export const isolationProfiles = ['baseline', 'standard', 'strict'] as const;
export type IsolationProfile = (typeof isolationProfiles)[number];

/** The facts of a finished `isolation` step. */
export interface IsolationFacts {
  readonly profile: IsolationProfile;
  /** `2 services: 80 passed, 9 not applicable` */
  readonly summary: string;
  /** Claims that the end of the run shows, and how. */
  readonly afterwards: Readonly<Record<string, string>>;
  /** By service, then by check. */
  readonly services: Readonly<Record<string, Readonly<Record<string, CheckFacts>>>>;
}

export interface CheckFacts {
  readonly result: CheckResult;
  /** What was done and seen, a line each. */
  readonly evidence: readonly string[];
  /** The reason of the exception that keeps it from failing the step. */
  readonly excepted?: string;
}
