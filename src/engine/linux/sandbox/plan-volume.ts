import type { Layer } from '../../../core/image.ts';
import { mountFlags, openTreeFlags, umountFlags } from '../abi/mount-flags.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { parseStatx } from '../container/parse-statx.ts';
import { noSlot, type Op, type Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { inAttic } from './plan-attic.ts';
import { atticDirectory } from './plan-init.ts';
import { initSlots } from './sandbox-slots.ts';

export interface ImageDirectory {
  /** Of the new mount in the attic. */
  readonly name: string;
  /** Lowest first. */
  readonly layers: readonly Layer[];
  /** In the image. */
  readonly path: string;
}

const at = (name: string): string => `/${atticDirectory}/${name}`;

const overlay = (target: string, flags: number, data: string): Op => ({
  kind: 'mount',
  source: 'overlay',
  target,
  fsType: 'overlay',
  flags,
  data: `${data},userxattr`,
});

const makeDirectory = (path: string): Op => ({ kind: 'mkdir', dir: noSlot, path, mode: 0o755, flags: 0 });

/**
 * A directory of an image at /attic/`name`, read-only. The image is assembled beside it, and the directory found by the kernel
 * inside that root; fails with ENOENT where the image has none.
 */
export function planImageDirectory({ name, layers, path }: ImageDirectory): Tape {
  const image = `${at(name)}-image`;
  const [root, directory] = [initSlots.scratch, initSlots.scratch2];
  const lower = layers.toReversed().map((layer) => `/store/${layer.directory}`);
  return inAttic([
    makeDirectory(image),
    makeDirectory(at(name)),
    // One layer alone is no overlay: an empty one below makes it one.
    overlay(
      image,
      mountFlags.MS_RDONLY | mountFlags.MS_NODEV,
      `lowerdir=${[...lower, '/emptydir'].join(':')}`,
    ),
    { kind: 'open', dir: noSlot, path: image, flags: openFlags.O_PATH, mode: 0, resolve: 0, into: root },
    {
      kind: 'open',
      dir: root,
      path: path.replace(/^\/+/, ''),
      flags: openFlags.O_PATH,
      mode: 0,
      resolve: resolveFlags.RESOLVE_IN_ROOT,
      into: directory,
    },
    { kind: 'openTree', dir: directory, path: '', flags: openTreeFlags.OPEN_TREE_CLONE, into: directory },
    { kind: 'attachMount', mount: directory, dir: noSlot, path: at(name) },
    { kind: 'umount', target: image, flags: umountFlags.MNT_DETACH },
    { kind: 'close', slot: directory },
    { kind: 'close', slot: root },
  ]);
}

export interface VolumeView {
  readonly view: string;
  readonly place: string;
  readonly below: readonly string[];
}

/** /attic/`view`: the place's data above, what is below it below. */
export function planVolumeView({ view, place, below }: VolumeView): Tape {
  // Without anything below, an empty directory makes it an overlay.
  const lower = below.length === 0 ? '/emptydir' : below.map(at).join(':');
  return inAttic([
    makeDirectory(at(view)),
    overlay(
      at(view),
      mountFlags.MS_NODEV,
      `lowerdir=${lower},upperdir=${at(place)}/data,workdir=${at(place)}/work`,
    ),
  ]);
}

/** The root of an overlay is the upper directory's own, so that one has to look like what it covers. */
export async function copyOwnerAndMode(init: TapePerformer, from: string, to: string): Promise<void> {
  const [reply] = await init.perform(inAttic([{ kind: 'stat', dir: noSlot, path: at(from), flags: 0 }]));
  if (reply === undefined) return;
  const { uid, gid, mode } = parseStatx(reply);
  await init.perform(
    inAttic([
      { kind: 'chown', dir: noSlot, path: at(to), uid, gid },
      { kind: 'chmod', dir: noSlot, path: at(to), mode },
    ]),
  );
}
