import type { CheckResult } from './check-result.ts';

/** What `mayfly verify` found out about a process. */
export interface AuditReport {
  readonly target: AuditTarget;
  readonly profile: string;
  /** Why there was no look from inside; absent where there was. */
  readonly notProbed?: string;
  readonly checks: readonly AuditedCheck[];
}

export interface AuditTarget {
  readonly pid: number;
  /** The kernel's short name of it: what `comm` says. */
  readonly command: string;
  /** How it was named, where not by its number: `podman web`. */
  readonly container?: { readonly runtime: string; readonly id: string; readonly name?: string };
}

export interface AuditedCheck {
  readonly id: string;
  readonly claim: string;
  readonly result: CheckResult;
  readonly evidence: readonly string[];
  /** The reason for which it does not count. */
  readonly excepted?: string;
}

/** What makes `mayfly verify` fail. */
export const countsAsFailure = ({ result, excepted }: AuditedCheck): boolean =>
  result !== 'pass' && result !== 'n/a' && excepted === undefined;
