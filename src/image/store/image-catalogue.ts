import { digestHex } from '../digest.ts';
import { JsonFiles } from './json-files.ts';
import type { StorePaths } from './store-paths.ts';
import type { ProcessIdentity } from './temporary.ts';

const version = 1;

/** An image that is kept for itself, whether it has a name or not: pulled, loaded, built, imported, committed. */
export interface CatalogueImage {
  readonly version: typeof version;
  /** `sha256:…` of the configuration, which is kept among the blobs. */
  readonly id: string;
  /** `sha256:…` of the manifest among the blobs; with it the image can be pushed and saved under the digest it came with. */
  readonly manifest?: string;
  /** `linux/amd64`. */
  readonly platform: string;
  /** RFC 3339, as the image says; when it was added, where it says nothing. */
  readonly createdAt: string;
  readonly addedAtMs: number;
  /** Lowest first. */
  readonly layers: readonly CatalogueLayer[];
}

export interface CatalogueLayer {
  readonly diffId: string;
  /** Unpacked. */
  readonly sizeBytes: number;
  /** As it is kept among the blobs, packed or not; undefined where it is only there unpacked. */
  readonly blob?: BlobDescriptor;
}

export interface BlobDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

export class ImageCatalogue {
  readonly #files: JsonFiles<CatalogueImage>;

  constructor(paths: StorePaths, self: ProcessIdentity) {
    this.#files = new JsonFiles(paths.catalogue, version, self);
  }

  find(id: string): CatalogueImage | undefined {
    return this.#files.read(digestHex(id));
  }

  list(): Promise<readonly CatalogueImage[]> {
    return this.#files.list();
  }

  /** When all it speaks of is there. */
  async add(image: Omit<CatalogueImage, 'version'>): Promise<CatalogueImage> {
    const whole: CatalogueImage = { version, ...image };
    await this.#files.write(digestHex(image.id), whole);
    return whole;
  }

  async remove(id: string): Promise<void> {
    await this.#files.remove(digestHex(id));
  }
}
