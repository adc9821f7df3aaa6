import type { ForeignRights } from '../../../core/foreign-process.ts';
import type { Witness } from '../../../core/probe.ts';
import type { ResolvedUser } from '../plan/resolve-user.ts';

/** With what a helper of ours runs in namespaces that Mayfly did not make. */
export interface ForeignCredentials {
  readonly user: ResolvedUser;
  readonly capabilities: readonly string[];
  readonly mayChangeGroups: boolean;
}

/**
 * Of the process's own capabilities `itself` has no more than it is used for, for the helper is not under the process's filter: chroot(2).
 * Undefined where its numbers cannot be had. `status` and the maps are in the numbers of the runner (user_namespaces(7)), what is set
 * is in those of the process.
 */
export function readCredentials(witness: Witness, rights: ForeignRights): ForeignCredentials | undefined {
  const status = witness.read('status');
  const [uids, gids] = [witness.read('uid_map'), witness.read('gid_map')];
  if (status === undefined || uids === undefined || gids === undefined) return undefined;
  const ids = (name: string): readonly number[] => fieldOf(status, name).map(Number);
  const isSelf = rights === 'itself';
  const uid = isSelf ? insideOf(uids, ids('Uid')[1]) : rootIn(uids);
  const gid = isSelf ? insideOf(gids, ids('Gid')[1]) : rootIn(gids);
  if (uid === undefined || gid === undefined) return undefined;
  const groups = isSelf ? ids('Groups').flatMap((group) => insideOf(gids, group) ?? []) : [];
  return {
    user: { uid, gid, groups: [...new Set([gid, ...groups])], home: '/' },
    capabilities: isSelf
      ? mayChroot(status, uid) && mayChroot(grantable(witness), 0)
        ? ['SYS_CHROOT']
        : []
      : ['NET_BIND_SERVICE'],
    mayChangeGroups: witness.read('setgroups')?.trim() !== 'deny',
  };
}

/** In the runner's own user namespace no more than what the runner has; in another one root has them all. */
function grantable(witness: Witness): string {
  const isShared = witness.read('ns/user') === witness.readSelf('ns/user');
  return isShared ? (witness.readSelf('status') ?? '') : allOfRoot;
}

const allOfRoot = 'CapPrm:\tffffffffffffffff\n';

const fieldOf = (status: string, name: string): readonly string[] =>
  new RegExp(`^${name}:\\s*(.*)$`, 'm')
    .exec(status)?.[1]
    ?.trim()
    .split(/\s+/)
    .filter((word) => word !== '') ?? [];

/** linux/capability.h, CAP_SYS_CHROOT. What a user's program may have at most is what bounds it. */
const mayChroot = (status: string, uid: number): boolean =>
  ((BigInt(`0x${fieldOf(status, uid === 0 ? 'CapPrm' : 'CapBnd')[0] ?? '0'}`) >> 18n) & 1n) === 1n;

function rangesOf(map: string): readonly (readonly [inside: number, outside: number, count: number])[] {
  return map.split('\n').flatMap((line) => {
    const [inside, outside, count] = line.trim().split(/\s+/).map(Number);
    return inside === undefined || outside === undefined || count === undefined
      ? []
      : [[inside, outside, count] as const];
  });
}

function insideOf(map: string, id: number | undefined): number | undefined {
  if (id === undefined) return undefined;
  const range = rangesOf(map).find(([, outside, count]) => id >= outside && id < outside + count);
  return range === undefined ? undefined : id - range[1] + range[0];
}

const rootIn = (map: string): number | undefined =>
  rangesOf(map).some(([inside, , count]) => inside === 0 && count > 0) ? 0 : undefined;
