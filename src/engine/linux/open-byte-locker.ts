import type { ByteLocker } from '../../image/store/store-lock.ts';
import type { Host } from './host.ts';
import { isHeld, planLockFile } from './sandbox/lock-file.ts';
import { openLayerServer } from './sandbox/open-layer-server.ts';
import { supervisorSlots } from './sandbox/sandbox-slots.ts';
import type { Op } from './tape/op.ts';

/** As the launcher's `lockByte` has them. */
const modes = { alone: 0, shared: 1, test: 2 } as const;

/** A server of the launcher that holds locks. It ends when its channel closes, and so with this process. */
export async function openByteLocker(host: Host, launcherPath: string): Promise<ByteLocker> {
  const server = await openLayerServer(host, launcherPath, 'real-ids');
  const slots = new Map<string, number>();
  return {
    async lock(file, byte, mode) {
      const known = slots.get(file);
      const slot = known ?? supervisorSlots.firstFree + slots.size;
      slots.set(file, slot); // whoever asks meanwhile asks the same descriptor
      const lock: Op = { kind: 'lockByte', slot, offset: byte, mode: modes[mode] };
      try {
        await server.perform(known === undefined ? [planLockFile(file, slot), lock] : [lock]);
        return true;
      } catch (error) {
        if (!isHeld(error)) throw error;
        return false;
      }
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
