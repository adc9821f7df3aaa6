import { randomBytes } from 'node:crypto';
import { cp, mkdir } from 'node:fs/promises';
import { release, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Image, ImageSource } from '../../../src/core/image.ts';
import { LinuxEngine } from '../../../src/engine/linux/linux-engine.ts';
import type { BuilderHost } from '../../../src/image/build/builder-host.ts';
import { hostPlatform } from '../../../src/image/image-platform.ts';
import { createImageProvider } from '../../../src/image/image-provider.ts';

const { MAYFLY_SPEC_LAUNCHER, MAYFLY_SPEC_LIBRARIES } = process.env;

/** Another than the built one, should it want to be tried, and the libraries it finds in /store/asan. */
export const launcherPath =
  MAYFLY_SPEC_LAUNCHER ??
  fileURLToPath(new URL(`../../../dist/launcher-linux-${process.arch}`, import.meta.url));

export interface LinuxKit {
  readonly engine: LinuxEngine;
  prepareImage(name: string, source: ImageSource): Promise<Image>;
}

/** The real engine with a store and a state directory of its own. */
export async function linuxEngineFor(
  directory: string,
  launcher = launcherPath,
  environment = process.env,
  builder: Partial<BuilderHost> = {},
): Promise<LinuxKit> {
  const { uid, gid, username } = userInfo();
  const storeDirectory = join(directory, 'store');
  const layersDirectory = join(storeDirectory, 'layers');
  await mkdir(layersDirectory, { recursive: true, mode: 0o700 });
  if (MAYFLY_SPEC_LIBRARIES !== undefined)
    await cp(MAYFLY_SPEC_LIBRARIES, join(layersDirectory, 'asan'), { recursive: true });
  const engine = new LinuxEngine({
    platform: process.platform,
    arch: process.arch,
    kernelRelease: release(),
    launcherPath: launcher,
    layersDirectory,
    stateDirectory: join(directory, 'state'),
    environment,
    user: { uid, gid, login: username },
    seed: 1,
    now: () => performance.now(),
    randomBytes,
  });
  const images = createImageProvider({
    storeDirectory,
    ids: await engine.layerIds(),
    openLayerWriter: () => engine.openLayerWriter(),
    openByteLocker: () => engine.openByteLocker(),
    platform: hostPlatform(process.arch),
    user: { uid, gid },
    nowMs: () => Date.now(),
    searchPath: (process.env.PATH ?? '/usr/bin:/bin').split(':'),
    programPlaces: { node: process.execPath },
    programs: engine.programs,
    openBuilder: async () => ({
      engine,
      newRunId: () => randomBytes(8).toString('hex'),
      secrets: {},
      onEvent: undefined,
      ...builder,
    }),
  });
  return {
    engine,
    prepareImage: (name, source) =>
      images.prepare({ name, source, configOverrides: {} }, () => {}, new AbortController().signal),
  };
}
