import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageSource } from '../../core/image.ts';
import {
  isImageReference,
  parseImageReference,
  renderReference,
  withDefaultTag,
} from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { PrepareContext } from '../add-to-store.ts';
import { digestHex } from '../digest.ts';
import { parseConfig } from '../image-config.ts';
import { renderedPlatformMatches } from '../image-platform.ts';
import { readSource } from '../image-sources.ts';
import { keepImage } from '../keep-image.ts';
import { JsonReader } from '../read-json.ts';
import { type BlobDescriptor, type CatalogueImage, ImageCatalogue } from '../store/image-catalogue.ts';
import { LayerStore, type StoredLayer } from '../store/layer-store.ts';
import { NameIndex } from '../store/name-index.ts';
import { type BuildConfig, defaultPath, emptyBuildConfig, type HistoryEntry } from './build-config.ts';
import { readHistory } from './read-history.ts';

export interface BaseImage {
  readonly config: BuildConfig;
  readonly layers: readonly StoredLayer[];
  readonly history: readonly HistoryEntry[];
}

/** With Docker's defaults, which it writes into every image that begins so. */
export const scratch: BaseImage = {
  config: { ...emptyBuildConfig, environment: [defaultPath], workingDir: '/' },
  layers: [],
  history: [],
};

/** Images to build on. What they bring of packed layers is remembered, so that what is built on them can be saved whole. */
export class BaseImages {
  readonly #context: PrepareContext;
  readonly #known = new Map<string, Promise<BaseImage>>();
  readonly #blobs = new Map<string, BlobDescriptor>();

  constructor(context: PrepareContext) {
    this.#context = context;
  }

  /** As it is kept, packed or not, by DiffID. */
  blobOf(diffId: string): BlobDescriptor | undefined {
    return this.#blobs.get(diffId);
  }

  /** By a name of the store's own, else from its registry. */
  named(name: string): Promise<BaseImage> {
    return this.#once(`name ${name}`, async () => {
      if (!isImageReference(name))
        throw new MayflyError(
          'IMAGE_REFERENCE_INVALID',
          `\`${name}\` is neither a stage nor an image reference`,
        );
      const reference = renderReference(withDefaultTag(parseImageReference(name)));
      const { paths, self, platform } = this.#context;
      const id = new NameIndex(paths, self).find(reference)?.id;
      const kept = id === undefined ? undefined : new ImageCatalogue(paths, self).find(id);
      const fits = kept !== undefined && renderedPlatformMatches(kept.platform, platform);
      if (fits && this.#layersOf(kept) !== undefined) return kept;
      return this.#keep({ kind: 'registry', reference: name });
    });
  }

  from(source: ImageSource): Promise<BaseImage> {
    return this.#once(`source ${JSON.stringify(source)}`, () => this.#keep(source));
  }

  async #keep(source: ImageSource): Promise<CatalogueImage> {
    return keepImage(await readSource(source, this.#context), [], this.#context);
  }

  #once(key: string, find: () => Promise<CatalogueImage>): Promise<BaseImage> {
    const known = this.#known.get(key) ?? find().then((image) => this.#read(image));
    this.#known.set(key, known);
    return known;
  }

  /** Its own configuration says more than what is needed to start it. */
  async #read(image: CatalogueImage): Promise<BaseImage> {
    const layers = this.#layersOf(image);
    if (layers === undefined)
      throw new MayflyError('STORE_FAILED', `a layer of ${image.id} is not in the store`, {
        hint: 'load or pull the image again',
      });
    for (const { diffId, blob } of image.layers) if (blob !== undefined) this.#blobs.set(diffId, blob);
    const bytes = await readFile(join(this.#context.paths.blobs, digestHex(image.id)));
    const { config } = parseConfig(bytes);
    const json = JsonReader.parse(bytes, 'the image configuration').object('config');
    return {
      config: { ...config, shell: json?.texts('Shell'), onBuild: json?.texts('OnBuild') ?? [] },
      layers,
      history: readHistory(bytes),
    };
  }

  #layersOf({ layers }: CatalogueImage): readonly StoredLayer[] | undefined {
    const { paths, ids, self } = this.#context;
    const store = new LayerStore(paths, ids, self);
    const found = layers.map(({ diffId }) => store.find(diffId)).filter((layer) => layer !== undefined);
    return found.length === layers.length ? found : undefined;
  }
}
