import { type IsolationProfile, isolationProfiles } from '../../core/isolation-facts.ts';
import { capabilityChecks } from './capabilities.ts';
import type { IsolationCheck } from './check.ts';
import { deviceChecks } from './devices.ts';
import { fileEscapeChecks } from './file-escapes.ts';
import { hiddenPathChecks } from './hidden-paths.ts';
import { inheritanceChecks } from './inheritance.ts';
import { kernelObjectChecks } from './kernel-objects.ts';
import { mountTableChecks } from './mount-table.ts';
import { namespaceChecks } from './namespaces.ts';
import { networkWallChecks } from './network-walls.ts';
import { privilegeChecks } from './privileges.ts';
import { processLimitChecks } from './process-limits.ts';
import { processChecks } from './processes.ts';
import { readOnlyRootChecks } from './read-only-root.ts';
import { resourceLimitChecks } from './resource-limits.ts';
import { rootWallChecks } from './root-walls.ts';
import { sharedObjectChecks } from './shared-objects.ts';
import { systemCallChecks } from './system-calls.ts';
import { userChecks } from './users.ts';

/** Every check, by family: a new family is a file and a line. */
export const isolationChecks: readonly IsolationCheck[] = [
  ...namespaceChecks,
  ...userChecks,
  ...processChecks,
  ...sharedObjectChecks,
  ...capabilityChecks,
  ...privilegeChecks,
  ...systemCallChecks,
  ...kernelObjectChecks,
  ...processLimitChecks,
  ...inheritanceChecks,
  ...mountTableChecks,
  ...hiddenPathChecks,
  ...readOnlyRootChecks,
  ...rootWallChecks,
  ...fileEscapeChecks,
  ...deviceChecks,
  ...resourceLimitChecks,
  ...networkWallChecks,
];

/** Those a profile holds a service to. */
export function checksOfProfile(profile: IsolationProfile): readonly IsolationCheck[] {
  const depth = isolationProfiles.indexOf(profile);
  return isolationChecks.filter((check) => isolationProfiles.indexOf(check.profile) <= depth);
}
