import type { ImageProvider } from '../../core/image.ts';
import type { LinuxEngine } from '../../engine/linux/linux-engine.ts';
import { hostPlatform } from '../../image/image-platform.ts';
import { createImageProvider, type ImageProviderOptions } from '../../image/image-provider.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Directories } from './directories.ts';
import { readRegistries } from './read-registries.ts';

/** Images out of this user's store, unpacked by the engine's launcher where they are not there yet. */
export async function openImages(
  engine: LinuxEngine,
  directories: Directories,
  surroundings: Surroundings,
): Promise<ImageProvider> {
  return createImageProvider(await imageOptions(engine, directories, surroundings));
}

export async function imageOptions(
  engine: LinuxEngine,
  directories: Directories,
  surroundings: Surroundings,
): Promise<ImageProviderOptions> {
  const { environment, machine, user, dateMs } = surroundings;
  return {
    storeDirectory: directories.store,
    ids: await engine.layerIds(),
    openLayerWriter: () => engine.openLayerWriter(),
    openByteLocker: () => engine.openByteLocker(),
    platform: hostPlatform(machine.arch),
    user,
    nowMs: dateMs,
    searchPath: (environment.PATH ?? '').split(':').filter((directory) => directory.startsWith('/')),
    programPlaces: { node: machine.nodePath },
    programs: engine.programs,
    readRegistries: () => readRegistries(surroundings),
    openBuilder: async () => ({
      engine,
      newRunId: () => randomName(surroundings),
      secrets: {},
      onEvent: undefined,
    }),
    ...temporaryDirectory(environment.TMPDIR),
  };
}

/** A name that no other run has. */
function randomName({ randomBytes }: Surroundings): string {
  return Buffer.from(randomBytes(8)).toString('hex');
}

/** TMPDIR is heeded as everywhere (POSIX, 8.3); an image's tree is too large for a /tmp in memory. */
function temporaryDirectory(path: string | undefined): { readonly temporaryDirectory?: string } {
  return path?.startsWith('/') === true ? { temporaryDirectory: path } : {};
}
