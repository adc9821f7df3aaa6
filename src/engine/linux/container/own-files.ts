import { cloneFlags } from '../abi/clone-flags.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { sandboxLayout } from '../plan/sandbox-layout.ts';
import type { WritableLayer } from '../sandbox/attic.ts';
import { inAttic } from '../sandbox/plan-attic.ts';
import { atticDirectory } from '../sandbox/plan-init.ts';
import { initSlots } from '../sandbox/sandbox-slots.ts';
import type { SlotPool } from '../sandbox/slot-pool.ts';
import { noSlot, type Op, type Slot } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';

/** The parts of which a container's root is put together, opened one by one. */
export interface OwnFiles {
  /** What the container has written. */
  readonly upper: Slot;
  /** What is below that, top first: frozen layers, then the image's. */
  readonly lowers: readonly Slot[];
  /** Absolute, in the container: where other file systems hide its own. */
  readonly mountPoints: ReadonlySet<string>;
}

/** Where the sandbox has them. */
export interface RootParts {
  readonly layer: WritableLayer;
  /** The directory below `/images` with the links to the image's layers. */
  readonly imageKey: string;
  readonly imageLayers: number;
}

const partBytes = 1 << 16;

/** Opens them until they are disposed of. `mounts`: the container's mount namespace. */
export async function openOwnFiles(
  init: TapePerformer,
  slots: SlotPool,
  parts: RootParts,
  mounts: Slot,
): Promise<OwnFiles & AsyncDisposable> {
  const frozen = parts.layer.below.map((place) => ({ place, slot: slots.take() }));
  const image = Array.from({ length: parts.imageLayers }, () => slots.take());
  const [upper, scratch] = [slots.take(), slots.take()];
  const taken = [upper, scratch, ...frozen.map(({ slot }) => slot), ...image];
  const close = async (): Promise<void> => {
    await init.perform(taken.map((slot) => ({ kind: 'close', slot }))).catch(() => {}); // the sandbox is gone
    slots.give(...taken);
  };
  try {
    await init.perform(
      inAttic([
        openPath(noSlot, upperOf(parts.layer.place), upper),
        ...frozen.map(({ place, slot }) => openPath(noSlot, upperOf(place), slot)),
      ]),
    );
    await init.perform(
      image.map((slot, at) =>
        openPath(initSlots.root, `${sandboxLayout.images}/${parts.imageKey}/${at}`, slot),
      ),
    );
    const mountPoints = await readMountPoints(init, mounts, scratch);
    const lowers = [...frozen.map(({ slot }) => slot), ...image];
    return { upper, lowers, mountPoints, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

const upperOf = (place: string): string => `/${atticDirectory}/${place}/upper`;

function openPath(dir: Slot, path: string, into: Slot): Op {
  const resolve = dir === noSlot ? 0 : resolveFlags.RESOLVE_IN_ROOT;
  return { kind: 'open', dir, path, flags: openFlags.O_PATH, mode: 0, resolve, into };
}

/**
 * Init's own /proc tells the mounts of the namespace that init is in when it opens the file; a container's /proc knows no init,
 * and nothing at all after its end.
 */
async function readMountPoints(
  init: TapePerformer,
  mounts: Slot,
  scratch: Slot,
): Promise<ReadonlySet<string>> {
  await init.perform([
    openPath(noSlot, '/proc', scratch),
    { kind: 'setns', slot: mounts, flags: cloneFlags.CLONE_NEWNS },
    {
      kind: 'open',
      dir: scratch,
      path: 'self/mountinfo',
      flags: 0,
      mode: 0,
      resolve: resolveFlags.RESOLVE_IN_ROOT,
      into: scratch,
    },
  ]);
  const parts: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    const [part] = await init.perform([{ kind: 'readSlot', slot: scratch, offset, length: partBytes }]);
    if (part === undefined || part.byteLength === 0) break;
    parts.push(part);
    offset += part.byteLength;
  }
  return parseMountPoints(Buffer.concat(parts).toString());
}

/** proc(5), /proc/PID/mountinfo: the fifth field, with space, tab, newline and backslash in octal. */
function parseMountPoints(mountinfo: string): ReadonlySet<string> {
  const paths = mountinfo.split('\n').flatMap((line) => line.split(' ')[4] ?? []);
  const plain = (path: string): string =>
    path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return new Set(paths.map(plain));
}
