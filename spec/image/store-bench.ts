import { type AddContext, addToStore } from '../../src/image/add-to-store.ts';
import type { ImagePlatform } from '../../src/image/image-platform.ts';
import { completeOptions, type ImageProviderOptions } from '../../src/image/image-provider.ts';
import { type LoadedImage, loadImages } from '../../src/image/load-images.ts';
import type { CollectContext } from '../../src/image/store/collect-garbage.ts';
import { ImageCatalogue } from '../../src/image/store/image-catalogue.ts';
import { NameIndex } from '../../src/image/store/name-index.ts';
import { readOwnIdentity } from '../../src/image/store/temporary.ts';
import { ImageBench } from './image-bench.ts';
import { MemoryLocker } from './memory-locker.ts';
import { fullIds } from './unpack-in-memory.ts';

export const amd64: ImagePlatform = { os: 'linux', architecture: 'amd64' };
export const arm64: ImagePlatform = { os: 'linux', architecture: 'arm64' };

/** A store to work on as commands do; layers are kept in memory. */
export class StoreBench extends ImageBench {
  readonly self = readOwnIdentity();
  /** What the work has said. */
  readonly said: string[] = [];
  readonly names = new NameIndex(this.paths, this.self);
  readonly catalogue = new ImageCatalogue(this.paths, this.self);

  get collecting(): CollectContext {
    return { ...this.options(), paths: this.paths, self: this.self };
  }

  options(changes: Partial<ImageProviderOptions> = {}): Required<ImageProviderOptions> {
    return completeOptions({
      storeDirectory: this.store,
      ids: fullIds,
      openLayerWriter: async () => this.writer,
      openByteLocker: async () => new MemoryLocker(this.locks),
      platform: amd64,
      user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      nowMs: () => 1_700_000_000_000,
      searchPath: [],
      ...changes,
    });
  }

  add<T>(work: (context: AddContext) => Promise<T>, changes: Partial<ImageProviderOptions> = {}): Promise<T> {
    const { signal } = new AbortController();
    return addToStore(this.options(changes), (line) => this.said.push(line), signal, work);
  }

  load(archive: Uint8Array, changes: Partial<ImageProviderOptions> = {}): Promise<readonly LoadedImage[]> {
    const path = this.write('archive.tar', archive);
    return this.add((context) => loadImages(path, context), changes);
  }
}
