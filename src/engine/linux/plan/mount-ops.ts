import { mountAttributes, openTreeFlags } from '../abi/mount-flags.ts';
import { noSlot, type Op, type Slot, type Tape } from '../tape/op.ts';
import type { MountSource } from './container-input.ts';

const { MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_RDONLY } = mountAttributes;

/** For file systems that hold neither programs nor devices. */
export const inertMount = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

/** For data of users, which may hold programs. */
export const dataMount = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

export const readOnlyMount = MOUNT_ATTR_RDONLY;

/** A detached copy of what is mounted or lies at a path, with everything mounted below it. */
export function copyTree(dir: Slot, path: string, into: Slot): Op {
  const flags = openTreeFlags.OPEN_TREE_CLONE | openTreeFlags.AT_RECURSIVE | openTreeFlags.OPEN_TREE_CLOEXEC;
  return { kind: 'openTree', dir, path, flags, into };
}

export function setAttributes(slot: Slot, set: number): Op {
  return { kind: 'setMountAttributes', slot, set, clear: 0, propagation: 0, userns: noSlot, recursive: 1 };
}

/** The detached mount of a source, in a slot: given, or taken now into `scratch`. */
export function takeSource(
  source: MountSource,
  sandbox: Slot,
  scratch: Slot,
): { readonly mount: Slot; readonly ops: Tape } {
  if (source.kind === 'slot') return { mount: source.slot, ops: [] };
  return { mount: scratch, ops: [copyTree(sandbox, source.path.replace(/^\/+/, ''), scratch)] };
}

/** A new file system, detached. `source` is what mount tables show for it, as mount(8) would have it. */
export function newMount(fsType: string, options: readonly string[], attributes: number, into: Slot): Op {
  return { kind: 'newMount', fsType, options: [`source=${fsType}`, ...options], attributes, into };
}
