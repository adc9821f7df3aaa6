import type { Readable } from 'node:stream';
import type { FileFacts, ImageFiles } from '../../../core/engine.ts';
import { openFlags } from '../abi/open-flags.ts';
import { RootFiles } from '../container/root-files.ts';
import { sandboxLayout } from '../plan/sandbox-layout.ts';
import { noSlot, type Slot, type Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { inAttic } from './plan-attic.ts';
import { atticDirectory } from './plan-init.ts';
import type { SlotPool } from './slot-pool.ts';

/** MNT_DETACH: the descriptor of who still reads keeps it. */
const detach = 2;

/**
 * Mounts an image's layers in the attic, without a writable one. `userxattr` as for containers; the empty directory below them is
 * there because an overlay without an upper needs two (overlayfs.rst, "Multiple lower layers").
 */
function planLook(imageKey: string, layers: number, place: string, root: Slot): Tape {
  const names = Array.from({ length: layers }, (_, at) => String(at));
  const lower = [...names, `/${sandboxLayout.emptyDirectory}`].join(':');
  const path = `/${atticDirectory}/${place}`;
  return inAttic([
    { kind: 'mkdir', dir: noSlot, path, mode: 0o700, flags: 1 },
    { kind: 'chdir', path: `/${sandboxLayout.images}/${imageKey}` },
    {
      kind: 'mount',
      source: 'overlay',
      target: path,
      fsType: 'overlay',
      flags: 0,
      data: `lowerdir=${lower},userxattr`,
    },
    { kind: 'open', dir: noSlot, path, flags: openFlags.O_PATH, mode: 0, resolve: 0, into: root },
    // Entered through the descriptor only: nothing has to be found again by its path.
    { kind: 'umount', target: path, flags: detach },
  ]);
}

export async function openImageFiles(
  reader: { readonly init: TapePerformer; readonly slots: SlotPool },
  image: { readonly key: string; readonly layers: number },
): Promise<ImageFiles> {
  const { init, slots } = reader;
  const root = slots.take();
  const close = async (): Promise<void> => {
    await init.perform([{ kind: 'close', slot: root }]).catch(() => {}); // the sandbox is gone
    slots.give(root);
  };
  try {
    await init.perform(planLook(image.key, image.layers, `look-${root}`, root));
  } catch (error) {
    await close();
    throw error;
  }
  const files = new RootFiles(reader, 'the image', (into) => [
    { kind: 'open', dir: root, path: '.', flags: openFlags.O_PATH, mode: 0, resolve: 0, into },
  ]);
  return {
    stat: (path, options = {}): Promise<FileFacts | undefined> =>
      files.stat(path, options.followLinks ?? true),
    readFile: (path, maxBytes) => files.readFile(path, maxBytes),
    readArchive: (path): Readable => files.readArchive(path),
    [Symbol.asyncDispose]: close,
  };
}
