import { mountAttributes } from '../abi/mount-flags.ts';
import type { Op, Slot, Tape } from '../tape/op.ts';
import { inAttic, planAtticPlace } from './plan-attic.ts';
import { openForReading } from './plan-supervisor.ts';

export interface LoopSlots {
  readonly file: Slot;
  readonly loop: Slot;
  readonly tree: Slot;
  readonly userNamespace: Slot;
}

/** A loop device over a copy of the template (a formatted file, all holes but for its tables), which has no name in `directory`. Replies with the device's number. */
export function planLoopDevice(template: Slot, directory: string, { file, loop }: LoopSlots): Tape {
  return [
    { kind: 'unnamedFile', directory, into: file },
    { kind: 'copySparse', from: template, to: file },
    { kind: 'loopDevice', file, into: loop },
    { kind: 'close', slot: file },
  ];
}

/**
 * ext4(5). `nobarrier`: nothing of this outlives the machine's next start, so a flush to the real disk would be work for nobody.
 * `noinit_itable`: the tables are holes of a new file, and need no kernel thread that fills them with zeros.
 */
const options = ['nobarrier', 'noinit_itable'];

/** The file system in it, detached, with the sandbox's ids on it; the device ends with the mount. */
export function planLoopMount(
  number: number,
  initPid: number,
  { loop, tree, userNamespace }: LoopSlots,
): Tape {
  return [
    {
      kind: 'newMount',
      fsType: 'ext4',
      options: [`source=/dev/loop${number}`, ...options],
      attributes: mountAttributes.MOUNT_ATTR_NODEV,
      into: tree,
    },
    { kind: 'close', slot: loop },
    openForReading(`/proc/${initPid}/ns/user`, userNamespace),
    {
      kind: 'setMountAttributes',
      slot: tree,
      set: 0,
      clear: 0,
      propagation: 0,
      userns: userNamespace,
      recursive: 0,
    },
    { kind: 'close', slot: userNamespace },
  ];
}

/** Attaches it at /attic/`name`. */
export function planLoopPlace(name: string, mount: Slot, directories: readonly string[]): Tape {
  return inAttic(planAtticPlace(name, mount, directories));
}

export function planCloseAll(slots: LoopSlots): Tape {
  return Object.values(slots).map((slot: Slot): Op => ({ kind: 'close', slot }));
}
