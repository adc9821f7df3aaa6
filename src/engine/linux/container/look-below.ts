import type { Slot } from '../tape/op.ts';
import type { LayerReader } from './layer-reader.ts';

/** What the layers below have at a path. */
export interface Below {
  readonly exists: boolean;
  /** Those that show through together: a directory merges with those below it. Top first. */
  readonly directories: readonly Slot[];
}

/** `holding`: the layers that have an entry of that name, top first. */
export async function lookBelow(reader: LayerReader, path: string, holding: readonly Slot[]): Promise<Below> {
  const directories: Slot[] = [];
  for (const slot of holding) {
    const mark = (await reader.marks(slot, [path])).get(path);
    if (mark === 'whiteout' || mark === 'other')
      return { exists: mark === 'other' || directories.length > 0, directories };
    if (mark === undefined) continue;
    directories.push(slot);
    if (await reader.isOpaque(slot, path)) break;
  }
  return { exists: directories.length > 0, directories };
}
