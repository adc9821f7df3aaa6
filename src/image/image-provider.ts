import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Image, ImageProvider, ImageRequest } from '../core/image.ts';
import { MayflyError } from '../core/mayfly-error.ts';
import { type BuilderHost, noBuilder } from './build/builder-host.ts';
import { applyOverrides } from './image-config.ts';
import { defaultImageLimits, type ImageLimits } from './image-limits.ts';
import { type ImagePlatform, renderPlatform } from './image-platform.ts';
import { type InputFact, inputsUnchanged } from './input-fact.ts';
import type { LayerIds, LayerWriter } from './layer-writer.ts';
import { noPrograms, type ProgramRunner } from './program-runner.ts';
import { noRegistrySettings, type RegistrySettings } from './registry/registry-settings.ts';
import { SharedWork } from './shared-work.ts';
import { type ImageRecord, imageRecordKey, readImageRecord } from './store/image-record.ts';
import type { StoredLayer } from './store/layer-store.ts';
import type { OpenByteLocker } from './store/store-lock.ts';
import { type StorePaths, storePaths } from './store/store-paths.ts';

export interface ImageProviderOptions {
  /** Made when missing, mode 0700. */
  readonly storeDirectory: string;
  readonly ids: LayerIds;
  /** Called only when a layer is missing; disposed when the image is ready. */
  readonly openLayerWriter: () => Promise<LayerWriter>;
  /** For locks on the store. */
  readonly openByteLocker: OpenByteLocker;
  /** This machine's: `hostPlatform(process.arch)`. */
  readonly platform: ImagePlatform;
  /** Who runs Mayfly. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Milliseconds since 1970: records and stale temporaries are dated with it. */
  readonly nowMs: () => number;
  /** Where `host:` looks for programs: the directories of PATH. */
  readonly searchPath: readonly string[];
  /** Programs that `host:` takes from a place of their own, e.g. `{ node: process.execPath }`. */
  readonly programPlaces?: Readonly<Record<string, string>>;
  readonly limits?: ImageLimits;
  /** Programs that make images (`debian:`); without it those that need one say that it is missing. */
  readonly programs?: ProgramRunner;
  /** How registries are reached, asked when one is; without it those that want nothing of anybody. */
  readonly readRegistries?: () => Promise<RegistrySettings>;
  /** What runs the steps of Dockerfiles, asked when one is built; without it none can be. */
  readonly openBuilder?: () => Promise<BuilderHost>;
  /** Where programs make file systems before they come to the store: on a disk with room, open to every user. */
  readonly temporaryDirectory?: string;
}

export function createImageProvider(given: ImageProviderOptions): ImageProvider {
  return new StoreImageProvider(completeOptions(given));
}

export function completeOptions(given: ImageProviderOptions): Required<ImageProviderOptions> {
  return {
    programPlaces: {},
    limits: defaultImageLimits,
    programs: noPrograms,
    readRegistries: async () => noRegistrySettings,
    openBuilder: noBuilder,
    temporaryDirectory: '/var/tmp',
    ...given,
  };
}

/** Images out of the store. What is ready costs a small file and some stats; all else is loaded when it is needed. */
class StoreImageProvider implements ImageProvider {
  readonly #options: Required<ImageProviderOptions>;
  readonly #paths: StorePaths;
  readonly #images = new SharedWork<ImageRecord>();
  readonly #layers = new SharedWork<StoredLayer>();

  constructor(options: Required<ImageProviderOptions>) {
    this.#options = options;
    this.#paths = storePaths(options.storeDirectory);
  }

  async prepare(
    request: ImageRequest,
    onProgress: (line: string) => void,
    signal: AbortSignal,
  ): Promise<Image> {
    signal.throwIfAborted();
    const { name, source } = request;
    const key = imageRecordKey(
      name,
      source,
      renderPlatform(this.#options.platform),
      this.#options.ids.mapKey,
    );
    try {
      const record =
        (await this.#readWarm(key, request)) ??
        (await this.#prepareCold({ name, source, pull: request.pull, key }, onProgress, signal));
      checkLocked(record, request);
      for (const warning of record.warnings) onProgress(`warning: ${warning}`);
      return this.#toImage(record, request);
    } catch (error) {
      throw signal.aborted ? error : explain(error, name, this.#paths.root);
    }
  }

  /** The image as it was prepared before, if nothing it was made from has changed since. */
  async #readWarm(key: string, { source, pull }: ImageRequest): Promise<ImageRecord | undefined> {
    // What there is now is asked anew; of that there are layers already, or there are not.
    // Only its steps know what they were made from, and they are asked.
    if (source.kind === 'build') return undefined;
    if ((source.kind === 'debian' || source.kind === 'registry') && pull === 'always') return undefined;
    const record = readImageRecord(this.#paths, key);
    if (
      record === undefined ||
      !record.layers.every(({ directory }) => isThere(join(this.#paths.layers, directory)))
    )
      return undefined;
    return inputsUnchanged(record.inputs, await this.#treeDigester(record.inputs)) ? record : undefined;
  }

  async #treeDigester(inputs: readonly InputFact[]): Promise<(path: string) => string> {
    if (!inputs.some(({ kind }) => kind === 'tree')) return () => '';
    const { digestDirectory } = await import('./rootfs/directory-tree.ts');
    return (path) => (isThere(path) ? digestDirectory(path, this.#options.user, this.#options.limits) : '');
  }

  #prepareCold(
    request: Pick<ImageRequest, 'name' | 'source'> & {
      readonly pull: ImageRequest['pull'];
      readonly key: string;
    },
    onProgress: (line: string) => void,
    signal: AbortSignal,
  ): Promise<ImageRecord> {
    const work = async (report: (line: string) => void, shared: AbortSignal): Promise<ImageRecord> => {
      const { prepareImage } = await import('./prepare-image.ts');
      return prepareImage(request, this.#options, this.#layers, report, shared);
    };
    return this.#images.run(request.key, work, onProgress, signal);
  }

  #toImage(record: ImageRecord, request: ImageRequest): Image {
    const diffIds = record.layers.map(({ diffId }) => diffId);
    const { id, config } = applyOverrides(record, request.configOverrides, this.#options.platform, diffIds);
    const { layers, platform, createdAt, sizeBytes, digest, packages } = record;
    const image = {
      id,
      sourceId: record.id,
      name: request.name,
      layers,
      config,
      platform,
      createdAt,
      sizeBytes,
    };
    return {
      ...image,
      ...(digest === undefined ? {} : { digest }),
      ...(packages === undefined ? {} : { packages }),
    };
  }
}

function checkLocked({ id }: ImageRecord, { lockedId }: ImageRequest): void {
  if (lockedId === undefined || lockedId === id) return;
  throw new MayflyError('IMAGE_NOT_LOCKED', `it is ${id}, and mayfly.lock has ${lockedId}`);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Every error says which image; what the file system says becomes the store's error, or the source's. */
function explain(error: unknown, name: string, store: string): unknown {
  if (error instanceof MayflyError) {
    const { hint, at, sourceLine, length } = error;
    return new MayflyError(error.code, `image ${name}: ${error.message}`, {
      hint,
      length,
      cause: error,
      ...(at === undefined ? {} : { at }),
      ...(sourceLine === undefined ? {} : { sourceLine }),
    });
  }
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const ofSource = 'path' in error && typeof error.path === 'string' && !error.path.startsWith(store);
  return new MayflyError(ofSource ? 'IMAGE_NOT_FOUND' : 'STORE_FAILED', `image ${name}: ${error.message}`, {
    cause: error,
  });
}
