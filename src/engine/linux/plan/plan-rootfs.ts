import { MayflyError } from '../../../core/mayfly-error.ts';
import { mountAttributes, mountFlags } from '../abi/mount-flags.ts';
import { openFlags } from '../abi/open-flags.ts';
import { noSlot, type Op, type Slot, type Tape } from '../tape/op.ts';
import type { MountSource } from './container-input.ts';
import { sandboxLayout } from './sandbox-layout.ts';

/** Overlayfs takes at most 500 lower layers (OVL_MAX_STACK, fs/overlayfs/params.c); a page of options holds as many names. */
const mostLayers = 490;
/** Mount points that a sandbox has for the frozen layers of checkpoints. */
export const mostFrozenLayers = 8;

export interface RootfsChoice {
  readonly layers: number;
  readonly imageKey: string;
  readonly upper: MountSource;
  readonly below: readonly Slot[];
}

export interface RootfsSlots {
  /** `/` of the sandbox, as the child sees it. */
  readonly sandbox: Slot;
  readonly root: Slot;
}

/**
 * The root file system of a container: the image's layers below, a private writable layer above. A read-only root has that
 * layer too, for the mount points that the image lacks; it is made read-only once they are there.
 */
export function planRootfs({ layers, imageKey, upper, below }: RootfsChoice, slots: RootfsSlots): Tape {
  refuseTooMany(layers, below.length);
  const root = `/${sandboxLayout.root}`;
  return [
    // Nothing that is mounted here may reach the sandbox, nor the other way round.
    {
      kind: 'mount',
      source: '',
      target: '/',
      fsType: '',
      flags: mountFlags.MS_REC | mountFlags.MS_PRIVATE,
      data: '',
    },
    {
      kind: 'open',
      dir: noSlot,
      path: '/',
      flags: openFlags.O_PATH,
      mode: 0,
      resolve: 0,
      into: slots.sandbox,
    },
    ...planUpper(upper, slots.sandbox),
    ...below.map((mount, at) => attachBelow(mount, at, slots.sandbox)),
    ...(layers === 0 ? [] : [{ kind: 'chdir', path: `/${sandboxLayout.images}/${imageKey}` } as const]),
    {
      kind: 'mount',
      source: 'overlay',
      target: root,
      fsType: 'overlay',
      flags: 0,
      data: overlayOptions(layers, upper, below.length),
    },
    { kind: 'open', dir: noSlot, path: root, flags: openFlags.O_PATH, mode: 0, resolve: 0, into: slots.root },
  ];
}

function refuseTooMany(layers: number, frozen: number): void {
  if (layers > mostLayers) {
    throw new MayflyError(
      'IMAGE_LIMIT',
      `the image has ${layers} layers; overlayfs takes at most ${mostLayers}`,
    );
  }
  if (frozen > mostFrozenLayers) {
    throw new MayflyError('INTERNAL', `a container has at most ${mostFrozenLayers} checkpoints below it`);
  }
}

function attachBelow(mount: Slot, at: number, sandbox: Slot): Op {
  return { kind: 'attachMount', mount, dir: sandbox, path: `${sandboxLayout.below}/${at}` };
}

function planUpper(upper: MountSource, sandbox: Slot): Tape {
  if (upper.kind === 'path') return [];
  return [{ kind: 'attachMount', mount: upper.slot, dir: sandbox, path: sandboxLayout.upper }];
}

/** `userxattr`: in a user namespace overlayfs may not write `trusted.*` (Linux 5.11). */
function overlayOptions(layers: number, upper: MountSource, frozen: number): string {
  const fromCheckpoints = Array.from({ length: frozen }, (_, at) => `/${sandboxLayout.below}/${at}/upper`);
  // An image without layers (`FROM scratch`) still needs a lower directory.
  const fromImage =
    layers === 0
      ? [`/${sandboxLayout.emptyDirectory}`]
      : Array.from({ length: layers }, (_, at) => String(at));
  const lower = [...fromCheckpoints, ...fromImage].join(':');
  const base = upper.kind === 'path' ? upper.path : `/${sandboxLayout.upper}`;
  return `lowerdir=${lower},upperdir=${base}/upper,workdir=${base}/work,userxattr`;
}

/** The last thing done to a root that is to be read-only: mount points are there by then. */
export function planReadOnlyRoot(root: Slot): Op {
  return {
    kind: 'setMountAttributes',
    slot: root,
    set: mountAttributes.MOUNT_ATTR_RDONLY,
    clear: 0,
    propagation: 0,
    userns: noSlot,
    recursive: 0,
  };
}
