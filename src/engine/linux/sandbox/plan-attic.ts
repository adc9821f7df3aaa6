import { cloneFlags } from '../abi/clone-flags.ts';
import { mountAttributes, openTreeFlags, umountFlags } from '../abi/mount-flags.ts';
import { openFlags } from '../abi/open-flags.ts';
import { noSlot, type Op, type Slot, type Tape } from '../tape/op.ts';
import { atticDirectory } from './plan-init.ts';
import { initSlots } from './sandbox-slots.ts';

/**
 * The attic keeps what outlives a container's processes: writable layers and volumes, each a mount of its own below
 * /attic in a mount namespace that containers are not copied from, so that the 500th starts as fast as the first.
 */
const { MOUNT_ATTR_NODEV } = mountAttributes;

const enterAttic: Op = { kind: 'setns', slot: initSlots.attic, flags: cloneFlags.CLONE_NEWNS };
const leaveAttic: Op = { kind: 'setns', slot: initSlots.ownMounts, flags: cloneFlags.CLONE_NEWNS };

/** Performs `ops` in the attic. */
export function inAttic(ops: Tape): Tape {
  return [enterAttic, ...ops, leaveAttic];
}

/** A new size-limited tmpfs at /attic/`name`; `scratch` holds it while its directories are made. */
export function planAtticTmpfs(name: string, sizeBytes: number, directories: readonly string[]): Tape {
  const mount = initSlots.scratch;
  return [
    {
      kind: 'newMount',
      fsType: 'tmpfs',
      options: [`size=${sizeBytes}`, 'mode=755'],
      attributes: MOUNT_ATTR_NODEV,
      into: mount,
    },
    ...planAtticPlace(name, mount, directories),
  ];
}

/** A detached file system at /attic/`name`, with directories in it; lets go of the slot. */
export function planAtticPlace(name: string, mount: Slot, directories: readonly string[]): Tape {
  const path = `/${atticDirectory}/${name}`;
  return [
    { kind: 'mkdir', dir: noSlot, path, mode: 0o700, flags: 0 },
    { kind: 'attachMount', mount, dir: noSlot, path },
    ...directories.map((each): Op => ({ kind: 'mkdir', dir: mount, path: each, mode: 0o755, flags: 0 })),
    { kind: 'close', slot: mount },
  ];
}

/** A detached copy of the mount at /attic/`name`, or of a directory in it, for one container to attach. */
export function planAtticCopy(name: string, into: Slot): Op {
  const flags = openTreeFlags.OPEN_TREE_CLONE;
  return { kind: 'openTree', dir: noSlot, path: `/${atticDirectory}/${name}`, flags, into };
}

/** Directories at /attic/disk/…, where the writable layers of this sandbox lie on the host's disk. */
export function planAtticDirectories(name: string, directories: readonly string[]): Tape {
  const path = `/${atticDirectory}/${name}`;
  const make = (each: string): Op => ({ kind: 'mkdir', dir: noSlot, path: each, mode: 0o755, flags: 0 });
  return [make(path), ...directories.map((each) => make(`${path}/${each}`))];
}

/** Attaches a detached mount at /attic/`name`, and lets go of the slot. */
export function planAtticAttach(name: string, type: 'file' | 'directory', mount: Slot): Tape {
  const path = `/${atticDirectory}/${name}`;
  const flags = openFlags.O_CREAT | openFlags.O_WRONLY;
  return inAttic([
    type === 'directory'
      ? { kind: 'mkdir', dir: noSlot, path, mode: 0o700, flags: 0 }
      : { kind: 'open', dir: noSlot, path, flags, mode: 0o600, resolve: 0, into: initSlots.scratch },
    { kind: 'attachMount', mount, dir: noSlot, path },
    { kind: 'close', slot: mount },
    { kind: 'close', slot: initSlots.scratch },
  ]);
}

export const diskAttic = 'disk';

/** Takes a mount of the attic away, with its directory. */
export function planAtticUnmount(name: string): Tape {
  const path = `/${atticDirectory}/${name}`;
  return inAttic([
    { kind: 'umount', target: path, flags: umountFlags.MNT_DETACH },
    { kind: 'unlink', dir: noSlot, path, flags: AT_REMOVEDIR, missing: 0 },
  ]);
}

const AT_REMOVEDIR = 0x200;
