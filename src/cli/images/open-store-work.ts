import { completeOptions, type ImageProviderOptions } from '../../image/image-provider.ts';
import type { CollectContext } from '../../image/store/collect-garbage.ts';
import { openStore } from '../../image/store/open-store.ts';
import { withStoreErrors } from '../../image/store/store-error.ts';
import { readOwnIdentity } from '../../image/store/temporary.ts';
import { chooseDirectories } from '../host/directories.ts';
import { openEngine } from '../host/open-engine.ts';
import { imageOptions } from '../host/open-images.ts';
import type { Surroundings } from '../surroundings.ts';

/** What commands need that change the store. */
export async function openStoreWork(surroundings: Surroundings): Promise<{
  readonly options: Required<ImageProviderOptions>;
  readonly collecting: CollectContext;
}> {
  const directories = chooseDirectories(surroundings);
  const engine = await openEngine(0, directories, surroundings);
  const options = completeOptions(await imageOptions(engine, directories, surroundings));
  const { storeDirectory, user } = options;
  const paths = await withStoreErrors(storeDirectory, () => openStore(storeDirectory, user.uid));
  return { options, collecting: { ...options, paths, self: readOwnIdentity() } };
}
