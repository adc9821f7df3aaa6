import { MayflyError } from '../../../core/mayfly-error.ts';
import { mountAttributes } from '../abi/mount-flags.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import type { Slot, Tape } from '../tape/op.ts';
import { makeFile } from './make-target.ts';
import { copyTree, dataMount, newMount, readOnlyMount, setAttributes } from './mount-ops.ts';
import { pathComponents, sandboxLayout } from './sandbox-layout.ts';

/** A file that Mayfly writes for one container and binds into it, so that it never lands in the writable layer. */
export interface PrivateFile {
  readonly target: string;
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly readOnly: boolean;
}

export interface PrivateFileSlots {
  readonly sandbox: Slot;
  readonly root: Slot;
  /** The file system that holds the files. */
  readonly files: Slot;
  readonly scratch: Slot;
}

const mostBytesPerFile = 1024 * 1024;
/** Room to edit /etc/hosts in place. */
const spareBytes = 1024 * 1024;
const pageBytes = 4096;

/** The private file system, not visible in the container but for the files bound from it. */
export function planFileStore(files: readonly PrivateFile[], slots: PrivateFileSlots): Tape {
  const bytes = files.reduce(
    (sum, file) => sum + Math.ceil(sizeOf(file) / pageBytes) * pageBytes,
    spareBytes,
  );
  const { MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV } = mountAttributes;
  return [
    newMount('tmpfs', ['mode=755', `size=${bytes}`], MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, slots.files),
    // Attached, because a copy can only be taken of what is attached (open_tree before Linux 6.15).
    { kind: 'attachMount', mount: slots.files, dir: slots.sandbox, path: sandboxLayout.files },
  ];
}

/** `index` is the file's name in the private file system. */
export function planPrivateFile(file: PrivateFile, index: number, slots: PrivateFileSlots): Tape {
  const { root, files, scratch } = slots;
  const components = pathComponents(file.target, 'target');
  const name = String(index);
  return [
    ...makeFile(root, components, scratch),
    {
      kind: 'open',
      dir: files,
      path: name,
      flags: openFlags.O_CREAT | openFlags.O_EXCL | openFlags.O_WRONLY | openFlags.O_CLOEXEC,
      mode: file.mode,
      resolve: resolveFlags.RESOLVE_IN_ROOT,
      into: scratch,
    },
    { kind: 'writeSlot', slot: scratch, data: Buffer.from(file.content) },
    ...planOwner(file, scratch),
    { kind: 'close', slot: scratch },
    copyTree(files, name, scratch),
    ...(file.readOnly ? [setAttributes(scratch, dataMount | readOnlyMount)] : []),
    { kind: 'attachMount', mount: scratch, dir: root, path: components.join('/') },
    { kind: 'close', slot: scratch },
  ];
}

/** A change of owner takes set-id bits away: the mode is set again after it. */
function planOwner({ uid, gid, mode }: PrivateFile, slot: Slot): Tape {
  if (uid === 0 && gid === 0) return [];
  return [
    { kind: 'chownSlot', slot, uid, gid },
    { kind: 'chmodSlot', slot, mode },
  ];
}

function sizeOf(file: PrivateFile): number {
  const bytes = Buffer.byteLength(file.content);
  if (bytes <= mostBytesPerFile) return bytes;
  throw new MayflyError(
    'SCENARIO_LIMIT',
    `the content for ${file.target} has ${bytes} bytes; at most ${mostBytesPerFile} are allowed`,
    {
      hint: 'put it into the image, or bind it from a file',
    },
  );
}
