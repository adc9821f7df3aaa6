import { type IsolationCheck, type Profile, profiles } from './check.ts';
import { namespaceChecks } from './namespaces.ts';

/** Every check, by family: a new family is a file and a line. */
export const isolationChecks: readonly IsolationCheck[] = [...namespaceChecks];

/** Those a profile holds a service to. */
export function checksOfProfile(profile: Profile): readonly IsolationCheck[] {
  const depth = profiles.indexOf(profile);
  return isolationChecks.filter((check) => profiles.indexOf(check.profile) <= depth);
}
