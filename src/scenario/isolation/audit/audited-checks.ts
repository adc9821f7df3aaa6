import { type IsolationCheck, type Profile, profiles } from '../check.ts';
import { isolationChecks } from '../check-table.ts';

export type AuditedClaim = Pick<IsolationCheck, 'id' | 'claim' | 'profile'>;

/** All that something Mayfly did not start can be held to. */
export const auditedChecks: readonly AuditedClaim[] = isolationChecks;

export function auditedChecksOf(profile: Profile): readonly AuditedClaim[] {
  const depth = profiles.indexOf(profile);
  return auditedChecks.filter((check) => profiles.indexOf(check.profile) <= depth);
}
