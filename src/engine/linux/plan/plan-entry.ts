import type { Slot, Tape } from '../tape/op.ts';
import { encodeGids } from './plan-credentials.ts';

/**
 * Root of the user namespace the process is in: what it makes then belongs to an id that is mapped. The groups it came with
 * would go on counting, so they are dropped where that is allowed.
 */
export function planBecomeRoot(mappedIds: number): Tape {
  return [
    ...(mappedIds > 1 ? [{ kind: 'setGroups', gids: encodeGids([]) } as const] : []),
    { kind: 'setIds', uid: 0, gid: 0 },
    { kind: 'umask', mask: 0 },
  ];
}

/** "0" is the writer itself (cgroups(7)); it counts the rights of whoever opened the descriptor. */
export function planJoinCgroups(cgroupProcs: readonly Slot[]): Tape {
  return cgroupProcs.flatMap((slot) => [
    { kind: 'writeSlot', slot, data: Buffer.from('0') } as const,
    { kind: 'close', slot } as const,
  ]);
}

/**
 * The score is a file of /proc, which belongs to the process only while it is dumpable. From then on nobody may trace it: what
 * runs in the container could otherwise take over what sets it up (CVE-2019-5736 and its kin).
 */
export function planOomScore(wanted: number, inherited: number, dir: Slot, path: string): Tape {
  const write: Tape = [
    { kind: 'dumpable', on: 1 },
    { kind: 'writeFile', dir, path, data: Buffer.from(String(wanted)) },
  ];
  return [...(wanted === inherited ? [] : write), { kind: 'dumpable', on: 0 }];
}
