/** How ids inside a sandbox map to ids of the host: `length` ids from 0 inside. */
export interface IdMapping {
  readonly kind: 'range' | 'subids' | 'single-id';
  readonly uids: readonly IdExtent[];
  readonly gids: readonly IdExtent[];
}

export interface IdExtent {
  readonly inside: number;
  readonly outside: number;
  readonly length: number;
}

/** How many ids a container has: what images count on (0–65,535). */
export const idCount = 65_536;

/** A root-owned sandbox gets a range of its own, whose first id is `base`. */
export function rangeMapping(base: number): IdMapping {
  const extents = [{ inside: 0, outside: base, length: idCount }];
  return { kind: 'range', uids: extents, gids: extents };
}

/** An ordinary user is root inside; the other ids come from the subordinate range (subuid(5)). */
export function subidMapping(uid: number, gid: number, subuidBase: number, subgidBase: number): IdMapping {
  const extents = (own: number, base: number): readonly IdExtent[] => [
    { inside: 0, outside: own, length: 1 },
    { inside: 1, outside: base, length: idCount - 1 },
  ];
  return { kind: 'subids', uids: extents(uid, subuidBase), gids: extents(gid, subgidBase) };
}

/** Without subordinate ids there is only root inside, which is the user outside. */
export function singleIdMapping(uid: number, gid: number): IdMapping {
  const only = (outside: number): readonly IdExtent[] => [{ inside: 0, outside, length: 1 }];
  return { kind: 'single-id', uids: only(uid), gids: only(gid) };
}

/** The text of /proc/PID/uid_map (user_namespaces(7)). */
export function renderIdMap(extents: readonly IdExtent[]): string {
  return extents.map(({ inside, outside, length }) => `${inside} ${outside} ${length}\n`).join('');
}

/** The map of a container within its sandbox: the same ids again, in the same extents (one may not span two of the parent's). */
export function renderIdentityMap(extents: readonly IdExtent[]): string {
  return extents.map(({ inside, length }) => `${inside} ${inside} ${length}\n`).join('');
}

/**
 * The first range of /etc/subuid or /etc/subgid for the user that is large enough: `name:start:count`, the name being a login
 * or a number.
 */
export function findSubidRange(text: string, login: string, uid: number): number | undefined {
  for (const line of text.split('\n')) {
    const [owner, start, count] = line.trim().split(':');
    if ((owner === login || owner === String(uid)) && Number(count) >= idCount - 1) return Number(start);
  }
  return undefined;
}
