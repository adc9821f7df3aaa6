import type { Audit } from './audit.ts';
import { deviceAudits } from './audit-devices.ts';
import { inheritanceAudits } from './audit-inheritance.ts';
import { mountAudits } from './audit-mounts.ts';
import { namespaceAudits } from './audit-namespaces.ts';
import { networkAudits } from './audit-network.ts';
import { pathAudits } from './audit-paths.ts';
import { processAudits } from './audit-processes.ts';
import { rightsAudits } from './audit-rights.ts';
import { sharedObjectAudits } from './audit-shared-objects.ts';
import { userAudits } from './audit-users.ts';
import { notAudited } from './not-audited.ts';

/** How a check is made of what Mayfly did not start. */
export const auditOf = (check: string): Audit => audits.get(check) ?? notAudited(check);

const audits: ReadonlyMap<string, Audit> = new Map(
  [
    ...namespaceAudits,
    ...userAudits,
    ...processAudits,
    ...sharedObjectAudits,
    ...rightsAudits,
    ...inheritanceAudits,
    ...mountAudits,
    ...pathAudits,
    ...deviceAudits,
    ...networkAudits,
  ].map((audit) => [audit.check, audit]),
);
