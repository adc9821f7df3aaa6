import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Image, ImageConfig, ImageProvider, ImageSource } from '../../src/core/image.ts';
import { createImageProvider, type ImageProviderOptions } from '../../src/image/image-provider.ts';
import { type StorePaths, storePaths } from '../../src/image/store/store-paths.ts';
import { dockerSaveParts, twoLayers, writeLayout } from './image-fixtures.ts';
import { MemoryLayerWriter } from './memory-layer-writer.ts';
import { type HeldLock, MemoryLocker } from './memory-locker.ts';
import { buildTar } from './tar-builder.ts';
import { fullIds } from './unpack-in-memory.ts';

interface PrepareOptions {
  readonly provider?: ImageProvider;
  readonly overrides?: Partial<ImageConfig>;
  readonly progress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** A folder with a store in it, a writer that keeps layers in memory, and sources to prepare. */
export class ImageBench implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'mayfly-images-'));
  readonly store = join(this.folder, 'store');
  readonly paths: StorePaths = storePaths(this.store);
  readonly writer = new MemoryLayerWriter();
  readonly locks: HeldLock[] = [];
  /** How often a writer was asked for. */
  opened = 0;

  provider(changes: Partial<ImageProviderOptions> = {}): ImageProvider {
    return createImageProvider({
      storeDirectory: this.store,
      ids: fullIds,
      openLayerWriter: async () => {
        this.opened += 1;
        return this.writer;
      },
      openByteLocker: async () => new MemoryLocker(this.locks),
      platform: { os: 'linux', architecture: 'amd64' },
      user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      nowMs: () => 1_700_000_000_000,
      searchPath: ['/usr/bin', '/bin'],
      ...changes,
    });
  }

  prepare(source: ImageSource, options: PrepareOptions = {}): Promise<Image> {
    const request = { name: 'app', source, configOverrides: options.overrides ?? {} };
    const provider = options.provider ?? this.provider();
    return provider.prepare(
      request,
      options.progress ?? (() => undefined),
      options.signal ?? new AbortController().signal,
    );
  }

  write(name: string, content: Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  archive(content: Uint8Array): Extract<ImageSource, { kind: 'archive' }> {
    return { kind: 'archive', path: this.write('archive', content) };
  }

  /** An image of two layers, as `docker save` wrote it. */
  saved(): Extract<ImageSource, { kind: 'archive' }> {
    return this.archive(buildTar(dockerSaveParts(twoLayers())));
  }

  layout(files: ReadonlyMap<string, Buffer>): Extract<ImageSource, { kind: 'oci' }> {
    const path = join(this.folder, 'layout');
    writeLayout(path, files);
    return { kind: 'oci', path };
  }

  /** What was unpacked, all layers in a row: `path=content` or `path=kind`, without directories. */
  unpacked(): readonly string[] {
    return this.writer.trees.flatMap((tree) =>
      [...tree]
        .filter(([, { kind }]) => kind !== 'directory')
        .map(([path, node]) => `${path}=${node.content ?? node.kind}`),
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
