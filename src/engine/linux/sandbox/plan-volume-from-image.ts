import type { Layer } from '../../../core/image.ts';
import { mountFlags, umountFlags } from '../abi/mount-flags.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { noSlot, type Tape } from '../tape/op.ts';
import { inAttic } from './plan-attic.ts';
import { atticDirectory } from './plan-init.ts';
import { initSlots } from './sandbox-slots.ts';

export interface VolumeFromImage {
  /** Of the new mount in the attic. */
  readonly name: string;
  /** The volume's own mount there, with directories `data` and `work`. */
  readonly volume: string;
  /** Lowest first. */
  readonly layers: readonly Layer[];
  /** In the image. */
  readonly path: string;
}

/**
 * /attic/`name`: the image's directory below, the volume above. The image is assembled beside it and its directory is found
 * by the kernel inside that root; fails with ENOENT where the image has none. The volume must be empty.
 */
export function planVolumeFromImage({ name, volume, layers, path }: VolumeFromImage): Tape {
  const at = `/${atticDirectory}/${name}`;
  const image = `${at}-image`;
  const directory = initSlots.scratch;
  const ro = mountFlags.MS_RDONLY | mountFlags.MS_NODEV;
  const lower = layers.toReversed().map((layer) => `/store/${layer.directory}`);
  const mount = (target: string, flags: number, data: string) =>
    ({ kind: 'mount', source: 'overlay', target, fsType: 'overlay', flags, data }) as const;
  const volumeAt = `/${atticDirectory}/${volume}`;
  return inAttic([
    { kind: 'mkdir', dir: noSlot, path: image, mode: 0o755, flags: 0 },
    { kind: 'mkdir', dir: noSlot, path: at, mode: 0o755, flags: 0 },
    // One layer alone is no overlay: an empty one below makes it one.
    mount(image, ro, `lowerdir=${[...lower, '/emptydir'].join(':')},userxattr`),
    {
      kind: 'open',
      dir: noSlot,
      path: image,
      flags: openFlags.O_PATH,
      mode: 0,
      resolve: 0,
      into: initSlots.scratch2,
    },
    {
      kind: 'open',
      dir: initSlots.scratch2,
      path: path.replace(/^\/+/, ''),
      flags: openFlags.O_PATH,
      mode: 0,
      resolve: resolveFlags.RESOLVE_IN_ROOT,
      into: directory,
    },
    { kind: 'dupTo', slot: directory, fd: lowerDescriptor },
    mount(
      at,
      mountFlags.MS_NODEV,
      `lowerdir=/proc/self/fd/${lowerDescriptor},upperdir=${volumeAt}/data,workdir=${volumeAt}/work,userxattr`,
    ),
    { kind: 'umount', target: image, flags: umountFlags.MNT_DETACH },
    { kind: 'close', slot: directory },
    { kind: 'close', slot: initSlots.scratch2 },
  ]);
}

/** A fixed number, since mount options are text. */
const lowerDescriptor = 10_000;
