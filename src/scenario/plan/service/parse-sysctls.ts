import type { DocumentNode } from '../document-node.ts';
import { parseAssignments } from './parse-assignments.ts';

/** What belongs to the container's own IPC namespace (runc, libcontainer/configs/validate). */
const ipcSysctls: ReadonlySet<string> = new Set([
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]);

/** `sysctls:`; only those of a namespace of the container's own, for any other would change the host. */
export function parseSysctls(node: DocumentNode, sharesNetwork: boolean): Readonly<Record<string, string>> {
  const sysctls: Record<string, string> = {};
  for (const [written, value] of Object.entries(parseAssignments(node))) {
    const name = written.replaceAll('/', '.');
    if (value === null || value.includes('\n')) {
      node.fail('SCENARIO_WRONG_VALUE', `sysctl \`${name}\` needs a value of one line`);
    } else if (!isNamespaced(name)) {
      const hint = 'only net.*, fs.mqueue.* and the System V IPC limits of kernel.* can be set';
      node.fail('SCENARIO_FORBIDDEN', `sysctl \`${name}\` would change the host`, hint);
    } else if (sharesNetwork && name.startsWith('net.')) {
      node.fail(
        'SCENARIO_CONFLICT',
        `sysctl \`${name}\` belongs to the service whose network this one shares`,
      );
    } else {
      sysctls[name] = value;
    }
  }
  return sysctls;
}

function isNamespaced(name: string): boolean {
  if (!/^[a-z0-9_]+(?:\.[A-Za-z0-9_-]+)+$/.test(name)) return false;
  return name.startsWith('net.') || name.startsWith('fs.mqueue.') || ipcSysctls.has(name);
}
