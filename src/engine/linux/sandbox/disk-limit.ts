import type { Host } from '../host.ts';
import { LoopPlaces } from './loop-places.ts';
import { leastLoopBytes } from './loop-template.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import { initSlots } from './sandbox-slots.ts';
import { SlotPool } from './slot-pool.ts';

/** What keeps writable layers on disk from being limited here, found out by making a small one in a sandbox; undefined: nothing. */
export async function obstacleToDiskLimit(
  host: Host,
  opened: OpenedSandbox,
  directory: string,
): Promise<string | undefined> {
  if (opened.mapping.kind !== 'range') return 'only root can mount a file system of its own';
  const places = new LoopPlaces(host, opened, new SlotPool(initSlots.firstFree), directory);
  try {
    await host.makeDirectory(directory, 0o700);
    await places.make('probe', leastLoopBytes);
    await places.remove('probe');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
