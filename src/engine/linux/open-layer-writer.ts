import type { LayerWriter } from '../../image/layer-writer.ts';
import type { Host } from './host.ts';
import { LauncherLayerWriter } from './layer-writer.ts';
import type { IdMapping } from './sandbox/id-mapping.ts';
import { openLayerServer } from './sandbox/open-layer-server.ts';

/** A writer with a server of the launcher to itself, which ends with it. */
export async function openLayerWriter(
  host: Host,
  launcherPath: string,
  mapping: IdMapping | 'real-ids',
): Promise<LayerWriter> {
  const server = await openLayerServer(host, launcherPath, mapping);
  return new LauncherLayerWriter(server, () => server.close());
}
