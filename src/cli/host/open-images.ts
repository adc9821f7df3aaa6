import type { ImageProvider } from '../../core/image.ts';
import { Host } from '../../engine/linux/host.ts';
import type { LinuxEngine } from '../../engine/linux/linux-engine.ts';
import { userMapping } from '../../engine/linux/sandbox/choose-mapping.ts';
import type { IdMapping } from '../../engine/linux/sandbox/id-mapping.ts';
import { hostPlatform } from '../../image/image-platform.ts';
import { createImageProvider } from '../../image/image-provider.ts';
import type { LayerIds } from '../../image/layer-writer.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Directories } from './directories.ts';

/** Images out of this user's store, unpacked by the engine's launcher where they are not there yet. */
export async function openImages(
  engine: LinuxEngine,
  directories: Directories,
  surroundings: Surroundings,
): Promise<ImageProvider> {
  const { environment, machine, user, dateMs } = surroundings;
  return createImageProvider({
    storeDirectory: directories.store,
    ids: await chooseLayerIds(surroundings),
    openLayerWriter: () => engine.openLayerWriter(),
    platform: hostPlatform(machine.arch),
    user,
    nowMs: dateMs,
    searchPath: (environment.PATH ?? '').split(':').filter((directory) => directory.startsWith('/')),
    programPlaces: { node: machine.nodePath },
  });
}

/** Root unpacks with real ids; a user with those he has, so that the same layer under other ids is another directory. */
async function chooseLayerIds({ environment, user }: Surroundings): Promise<LayerIds> {
  if (user.uid === 0) return { mapKey: '', count: 65_536 };
  return layerIdsOf(await userMapping(new Host(environment), user.uid, user.gid, user.login));
}

function layerIdsOf({ uids, gids }: IdMapping): LayerIds {
  const extents = [...uids, ...gids].map(({ outside }) => outside.toString(36));
  return { mapKey: `u${extents.join('x')}`, count: uids.reduce((sum, { length }) => sum + length, 0) };
}
