import type { Layer } from '../../../core/image.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import type { UserDatabase } from '../plan/resolve-user.ts';
import type { Slot, Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { initSlots } from './sandbox-slots.ts';

/** A larger passwd or group file is none. */
const mostBytes = 1 << 20;

/** /etc/passwd and /etc/group of an image, from its topmost layer that has them; resolved inside the layer by the kernel. */
export async function readUserDatabase(init: TapePerformer, layers: readonly Layer[]): Promise<UserDatabase> {
  const [passwd, group] = await Promise.all([
    readFromLayers(init, layers, 'etc/passwd'),
    readFromLayers(init, layers, 'etc/group'),
  ]);
  return { passwd, group };
}

async function readFromLayers(init: TapePerformer, layers: readonly Layer[], path: string): Promise<string> {
  for (const layer of layers.toReversed()) {
    const text = await init.perform(planRead(layer.directory, path)).then(
      ([reply]) => Buffer.from(reply ?? []).toString(),
      () => undefined, // not in this layer, or a whiteout
    );
    if (text !== undefined) return text;
  }
  return '';
}

function planRead(directory: string, path: string): Tape {
  const { O_PATH, O_NONBLOCK } = openFlags;
  const scratch: Slot = initSlots.scratch;
  return [
    {
      kind: 'open',
      dir: initSlots.store,
      path: directory,
      flags: O_PATH,
      mode: 0,
      resolve: resolveFlags.RESOLVE_IN_ROOT,
      into: scratch,
    },
    {
      kind: 'open',
      dir: scratch,
      path,
      flags: O_NONBLOCK,
      mode: 0,
      resolve: resolveFlags.RESOLVE_IN_ROOT,
      into: scratch,
    },
    { kind: 'readSlot', slot: scratch, offset: 0, length: mostBytes },
    { kind: 'close', slot: scratch },
  ];
}
