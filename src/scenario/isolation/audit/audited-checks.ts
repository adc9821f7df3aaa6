import { type IsolationProfile, isolationProfiles } from '../../../core/isolation-facts.ts';
import type { IsolationCheck } from '../check.ts';
import { isolationChecks } from '../check-table.ts';

export type AuditedClaim = Pick<IsolationCheck, 'id' | 'claim' | 'profile'>;

/** All that something Mayfly did not start can be held to. */
export const auditedChecks: readonly AuditedClaim[] = isolationChecks;

export function auditedChecksOf(profile: IsolationProfile): readonly AuditedClaim[] {
  const depth = isolationProfiles.indexOf(profile);
  return auditedChecks.filter((check) => isolationProfiles.indexOf(check.profile) <= depth);
}
