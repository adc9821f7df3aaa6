import { mountFlags } from '../abi/mount-flags.ts';
import { openFlags } from '../abi/open-flags.ts';
import { inAttic } from '../sandbox/plan-attic.ts';
import { atticDirectory } from '../sandbox/plan-init.ts';
import { initSlots } from '../sandbox/sandbox-slots.ts';
import { noSlot, type Tape } from '../tape/op.ts';

const pathOf = (place: string): string => `/${atticDirectory}/${place}`;

/** Gives the tmpfs at /attic/`place` another size; EINVAL when more than that is used (tmpfs(5)). */
export function planLimit(place: string, sizeBytes: number): Tape {
  return inAttic([
    {
      kind: 'mount',
      source: 'tmpfs',
      target: pathOf(place),
      fsType: 'tmpfs',
      flags: mountFlags.MS_REMOUNT | mountFlags.MS_NODEV,
      data: `size=${sizeBytes}`,
    },
  ]);
}

/** Beside `upper` and `data`, where no container sees it. */
const pageName = 'full';

/** Uses one page: a size of 0 would mean no limit, so an empty file system could not be made full by its size alone. */
export function planUsedPage(place: string): Tape {
  const path = `${pathOf(place)}/${pageName}`;
  const flags = openFlags.O_CREAT | openFlags.O_WRONLY;
  return inAttic([
    { kind: 'open', dir: noSlot, path, flags, mode: 0o600, resolve: 0, into: initSlots.scratch },
    { kind: 'writeSlot', slot: initSlots.scratch, data: Uint8Array.of(0) },
    { kind: 'close', slot: initSlots.scratch },
  ]);
}

/** ENOSPC when the file has got all there was. */
export function planOccupied(place: string, bytes: number): Tape {
  const path = `${pathOf(place)}/${pageName}`;
  const flags = openFlags.O_CREAT | openFlags.O_WRONLY;
  return inAttic([
    { kind: 'open', dir: noSlot, path, flags, mode: 0o600, resolve: 0, into: initSlots.scratch },
    { kind: 'allocate', slot: initSlots.scratch, bytes },
    { kind: 'close', slot: initSlots.scratch },
  ]);
}

export function planFreePage(place: string): Tape {
  return inAttic([
    { kind: 'close', slot: initSlots.scratch }, // open still, where a tape has ended in between
    { kind: 'unlink', dir: noSlot, path: `${pathOf(place)}/${pageName}`, flags: 0, missing: 1 },
  ]);
}
