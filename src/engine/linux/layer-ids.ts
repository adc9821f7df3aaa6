import type { LayerIds } from '../../image/layer-writer.ts';
import { type IdMapping, idCount } from './sandbox/id-mapping.ts';

/** What the image store has to know of a mapping. Root's layers hold real ids, whatever ranges its sandboxes have. */
export function layerIds(mapping: IdMapping | 'real-ids'): LayerIds {
  if (mapping === 'real-ids') return { mapKey: '', count: idCount };
  if (mapping.kind === 'single-id') return { mapKey: 's', count: 1 };
  const outside = (extents: IdMapping['uids']): number => extents.at(-1)?.outside ?? 0;
  return { mapKey: `u${outside(mapping.uids)}g${outside(mapping.gids)}`, count: idCount };
}
