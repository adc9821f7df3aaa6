import { type IsolationCheck, type Profile, profiles } from '../check.ts';
import { isolationChecks } from '../check-table.ts';

export type AuditedClaim = Pick<IsolationCheck, 'id' | 'claim' | 'profile'>;

/** Claims about networks, as far as one process can be held to them. */
const ofNetworks: readonly AuditedClaim[] = [
  { id: 'net.no-host', claim: 'No address of the host answers.', profile: 'standard' },
  { id: 'net.no-internet', claim: 'The internet cannot be reached.', profile: 'standard' },
  { id: 'net.no-metadata', claim: 'Metadata services never answer.', profile: 'standard' },
];

/** All that something Mayfly did not start can be held to. */
export const auditedChecks: readonly AuditedClaim[] = [
  ...isolationChecks,
  ...ofNetworks.filter(({ id }) => isolationChecks.every((check) => check.id !== id)),
];

export function auditedChecksOf(profile: Profile): readonly AuditedClaim[] {
  const depth = profiles.indexOf(profile);
  return auditedChecks.filter((check) => profiles.indexOf(check.profile) <= depth);
}
