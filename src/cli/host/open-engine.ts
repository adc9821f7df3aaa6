import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LinuxEngine } from '../../engine/linux/linux-engine.ts';
import { openStore } from '../../image/store/open-store.ts';
import { storePaths } from '../../image/store/store-paths.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Directories } from './directories.ts';

/** The built-in runtime on this machine. @throws MayflyError HOST_NOT_LINUX elsewhere. */
export async function openEngine(
  seed: number,
  directories: Directories,
  surroundings: Surroundings,
): Promise<LinuxEngine> {
  const { environment, machine, packageDirectory, randomBytes, monotonicMs, user } = surroundings;
  const { platform, arch, kernelRelease } = machine;
  const layersDirectory = storePaths(directories.store).layers;
  const engine = new LinuxEngine({
    platform,
    arch,
    kernelRelease,
    launcherPath: join(packageDirectory, 'dist', `launcher-linux-${arch}`),
    layersDirectory,
    stateDirectory: directories.state,
    environment,
    user,
    seed,
    now: monotonicMs,
    randomBytes,
  });
  // A sandbox mounts the store's layers, even when there are none yet.
  if (!existsSync(layersDirectory)) await openStore(directories.store, user.uid);
  return engine;
}
