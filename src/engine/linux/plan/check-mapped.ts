import { MayflyError } from '../../../core/mayfly-error.ts';
import type { ResolvedUser } from './resolve-user.ts';

/**
 * Refuses a user that has no id on this host. `who` names the service. In single-id mode only root exists; supplementary
 * groups that the image lists for it are left out there (setgroups(2) is denied), ones that were asked for are not.
 */
export function checkMapped(
  user: ResolvedUser,
  groupAdd: readonly string[],
  mappedIds: number,
  who: string,
): void {
  const singleId = mappedIds === 1;
  const needed = singleId ? [user.uid, user.gid] : [user.uid, user.gid, ...user.groups];
  const groupsDenied = singleId && groupAdd.some((group) => group !== '0' && group !== 'root');
  if (needed.every((id) => id < mappedIds) && !groupsDenied) return;
  const runsAs = `${who} runs as ${renderUser(user, groupAdd)}`;
  if (singleId) {
    const message = `${runsAs}, but without subordinate ids (subids) only root exists in a container`;
    throw new MayflyError('HOST_MISSING_FEATURE', message, {
      hint: 'add lines for your user to /etc/subuid and /etc/subgid and install newuidmap (package uidmap), or run as root',
    });
  }
  throw new MayflyError('SCENARIO_WRONG_VALUE', `${runsAs}; ids in a container end at ${mappedIds - 1}`, {
    hint: 'choose a smaller id',
  });
}

function renderUser(user: ResolvedUser, groupAdd: readonly string[]): string {
  const added = groupAdd.length === 0 ? '' : ` with groups ${groupAdd.join(', ')}`;
  return `user ${user.uid}, group ${user.gid}${added}`;
}
