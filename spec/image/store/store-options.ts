import { randomBytes } from 'node:crypto';
import { release, userInfo } from 'node:os';
import { join } from 'node:path';
import { LinuxEngine } from '../../../src/engine/linux/linux-engine.ts';
import { hostPlatform } from '../../../src/image/image-platform.ts';
import { completeOptions, type ImageProviderOptions } from '../../../src/image/image-provider.ts';
import type { CollectContext } from '../../../src/image/store/collect-garbage.ts';
import { openStore } from '../../../src/image/store/open-store.ts';
import { readOwnIdentity } from '../../../src/image/store/temporary.ts';

/** The real store below a directory, written by the real launcher. */
export async function storeOptionsFor(
  directory: string,
  launcherPath: string,
): Promise<{ readonly options: Required<ImageProviderOptions>; readonly collecting: CollectContext }> {
  const { uid, gid, username } = userInfo();
  const storeDirectory = join(directory, 'store');
  const paths = await openStore(storeDirectory, uid);
  const engine = new LinuxEngine({
    platform: process.platform,
    arch: process.arch,
    kernelRelease: release(),
    launcherPath,
    layersDirectory: paths.layers,
    stateDirectory: join(directory, 'state'),
    environment: process.env,
    user: { uid, gid, login: username },
    seed: 1,
    now: () => performance.now(),
    randomBytes,
  });
  const options = completeOptions({
    storeDirectory,
    ids: await engine.layerIds(),
    openLayerWriter: () => engine.openLayerWriter(),
    openByteLocker: () => engine.openByteLocker(),
    platform: hostPlatform(process.arch),
    user: { uid, gid },
    nowMs: () => Date.now(),
    searchPath: [],
  });
  return { options, collecting: { ...options, paths, self: readOwnIdentity() } };
}
