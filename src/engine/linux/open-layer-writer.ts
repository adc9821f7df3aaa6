import type { LayerIds, LayerWriter } from '../../image/layer-writer.ts';
import type { Host } from './host.ts';
import { LauncherLayerWriter } from './layer-writer.ts';
import { type IdMapping, idCount } from './sandbox/id-mapping.ts';
import { openLayerServer } from './sandbox/open-layer-server.ts';

/** What the image store has to know of a mapping. Root's layers hold real ids, whatever ranges its sandboxes have. */
export function layerIds(mapping: IdMapping | 'real-ids'): LayerIds {
  if (mapping === 'real-ids') return { mapKey: '', count: idCount };
  if (mapping.kind === 'single-id') return { mapKey: 's', count: 1 };
  const outside = (extents: IdMapping['uids']): number => extents.at(-1)?.outside ?? 0;
  return { mapKey: `u${outside(mapping.uids)}g${outside(mapping.gids)}`, count: idCount };
}

/** A writer with a server of the launcher to itself, which ends with it. */
export async function openLayerWriter(
  host: Host,
  launcherPath: string,
  mapping: IdMapping | 'real-ids',
): Promise<LayerWriter> {
  const server = await openLayerServer(host, launcherPath, mapping);
  return new LauncherLayerWriter(server, () => server.close());
}
