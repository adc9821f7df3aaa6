import type { ImageRequest } from '../core/image.ts';
import type { ImageProviderOptions } from './image-provider.ts';
import type { SourceContext } from './image-source.ts';
import { openStore } from './store/open-store.ts';
import { Scratch } from './store/scratch.ts';
import { withStoreErrors } from './store/store-error.ts';
import { lockForAdding } from './store/store-lock.ts';
import type { StorePaths } from './store/store-paths.ts';
import { sweepStore } from './store/sweep-store.ts';
import { type ProcessIdentity, readOwnIdentity } from './store/temporary.ts';

/** What work needs that adds to the store. */
export interface AddContext extends SourceContext, Required<ImageProviderOptions> {
  readonly paths: StorePaths;
  readonly self: ProcessIdentity;
}

/** And the work of preparing an image. */
export interface PrepareContext extends AddContext {
  readonly pull: ImageRequest['pull'];
}

/** Opens the store, clears away what runs that died have left, and keeps all collectors out until the work is done. */
export async function addToStore<T>(
  options: Required<ImageProviderOptions>,
  onProgress: (line: string) => void,
  signal: AbortSignal,
  work: (context: AddContext) => Promise<T>,
): Promise<T> {
  return withStoreErrors(options.storeDirectory, async () => {
    const paths = await openStore(options.storeDirectory, options.user.uid);
    const self = readOwnIdentity();
    await using _adding = await lockForAdding(options.openByteLocker, paths, signal);
    await sweepStore(paths, options.openLayerWriter, self, options.nowMs());
    await using scratch = new Scratch(paths, self, options);
    return await work({
      ...options,
      paths,
      self,
      onProgress,
      signal,
      makeScratch: () => scratch.make(),
      makePublicScratch: () => scratch.makePublic(),
    });
  });
}
