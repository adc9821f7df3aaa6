import { join } from 'node:path';
import type { Surroundings } from '../surroundings.ts';

export interface Directories {
  /** Images and their layers. */
  readonly store: string;
  /**
   * Locks, the journal and writable layers on disk. It lies on a disk, not in /run: a tmpfs of an older kernel cannot hold
   * writable layers, which is when they go to disk.
   */
  readonly state: string;
}

/** Root's own places (Filesystem Hierarchy Standard), an ordinary user's (XDG Base Directory Specification). */
export function chooseDirectories({
  environment,
  user,
}: Pick<Surroundings, 'environment' | 'user'>): Directories {
  const { MAYFLY_STORE, MAYFLY_STATE, XDG_DATA_HOME, XDG_STATE_HOME } = environment;
  const isRoot = user.uid === 0;
  const store = isRoot
    ? '/var/lib/mayfly'
    : join(absolute(XDG_DATA_HOME) ?? join(user.home, '.local/share'), 'mayfly');
  const state = isRoot
    ? '/var/lib/mayfly/state'
    : join(absolute(XDG_STATE_HOME) ?? join(user.home, '.local/state'), 'mayfly');
  return { store: absolute(MAYFLY_STORE) ?? store, state: absolute(MAYFLY_STATE) ?? state };
}

/** The specification has relative paths ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') === true ? path : undefined;
}
