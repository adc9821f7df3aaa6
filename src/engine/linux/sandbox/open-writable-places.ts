import { DirectoryPlaces } from './directory-places.ts';
import { LoopPlaces } from './loop-places.ts';
import { MemoryPlaces } from './memory-places.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import type { SlotPool } from './slot-pool.ts';
import type { WritablePlaces } from './writable-places.ts';

export function openWritablePlaces(
  { host, writable }: Pick<SandboxFacts, 'host' | 'writable'>,
  opened: OpenedSandbox,
  slots: SlotPool,
): WritablePlaces {
  switch (writable.kind) {
    case 'memory':
      return new MemoryPlaces(opened.init);
    case 'directory':
      return new DirectoryPlaces(opened.init);
    case 'loop':
      return new LoopPlaces(host, opened, slots, writable.directory);
  }
}
