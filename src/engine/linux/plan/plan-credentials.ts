import { capabilityNames } from '../../../core/capability-names.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { capabilityMask } from '../abi/capabilities.ts';
import type { SeccompProgram } from '../seccomp/seccomp-program.ts';
import type { Op, Tape } from '../tape/op.ts';
import type { ResolvedUser } from './resolve-user.ts';

export interface CredentialsChoice {
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly user: ResolvedUser;
  readonly seccomp: SeccompProgram | undefined;
  /** setgroups(2) is denied in single-id mode (user_namespaces(7)). */
  readonly mayChangeGroups: boolean;
}

const systemAdministrator = 1n << BigInt(capabilityNames.indexOf('SYS_ADMIN'));

/**
 * From root of the container's namespace with every right to the declared user with the declared ones, as Docker does it: root
 * has the set as bounding, permitted and effective; others have it as bounding only, which is what execve(2) would leave them.
 *
 * The filter comes last where no_new_privs allows that; otherwise loading it takes CAP_SYS_ADMIN, which is kept until then.
 */
export function planCredentials(choice: CredentialsChoice): Tape {
  const wanted = parseCapabilities(choice.capabilities);
  const { user, seccomp } = choice;
  const final = user.uid === 0 ? wanted : 0n;
  const setCaps = (mask: bigint): Op => ({
    kind: 'setCaps',
    effective: mask,
    permitted: mask,
    inheritable: 0n,
  });
  const filterNeedsAdmin = seccomp !== undefined && !choice.noNewPrivileges;
  return [
    { kind: 'boundCaps', keep: wanted },
    ...(filterNeedsAdmin && user.uid !== 0 ? [{ kind: 'keepCaps', on: 1 } as const] : []),
    ...(choice.mayChangeGroups ? [{ kind: 'setGroups', gids: encodeGids(user.groups) } as const] : []),
    { kind: 'setIds', uid: user.uid, gid: user.gid },
    ...(filterNeedsAdmin ? [setCaps(systemAdministrator | final), loadFilter(seccomp)] : []),
    setCaps(final),
    ...(filterNeedsAdmin && user.uid !== 0 ? [{ kind: 'keepCaps', on: 0 } as const] : []),
    ...(choice.noNewPrivileges ? [{ kind: 'noNewPrivs' } as const] : []),
    ...(seccomp !== undefined && !filterNeedsAdmin ? [loadFilter(seccomp)] : []),
  ];
}

function loadFilter({ flags, filter }: SeccompProgram): Op {
  return { kind: 'seccomp', flags, filter };
}

function parseCapabilities(names: readonly string[]): bigint {
  const mask = capabilityMask(names);
  if (mask !== undefined) return mask;
  const unknown = names.find((name) => capabilityMask([name]) === undefined);
  throw new MayflyError('SCENARIO_WRONG_VALUE', `there is no capability ${unknown}`, {
    hint: 'see capabilities(7)',
  });
}

/** gid_t has 32 bits. */
export function encodeGids(gids: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(gids.length * 4);
  for (const [index, gid] of gids.entries()) bytes.writeUInt32LE(gid, index * 4);
  return bytes;
}
