import { createHash } from 'node:crypto';
import { isImageReference, parseImageReference } from '../../core/image-reference.ts';
import { JsonFiles } from './json-files.ts';
import type { StorePaths } from './store-paths.ts';
import type { ProcessIdentity } from './temporary.ts';

const version = 1;

/** A name of an image that the catalogue holds. */
export interface ImageName {
  readonly version: typeof version;
  /**
   * In full, as the reference grammar renders it: `docker.io/library/alpine:3.20`, or `docker.io/library/alpine@sha256:…` for
   * the digest (of a manifest or an index) under which a registry knows the image. An image has as many names as one likes.
   */
  readonly reference: string;
  /** `sha256:…` of the image's configuration. */
  readonly id: string;
  readonly namedAtMs: number;
}

/** Which name means which image. Names move as tags do: who names last wins. */
export class NameIndex {
  readonly #files: JsonFiles<ImageName>;

  constructor(paths: StorePaths, self: ProcessIdentity) {
    this.#files = new JsonFiles(paths.names, version, self);
  }

  /** By the full reference. */
  find(reference: string): ImageName | undefined {
    const name = this.#files.read(keyOf(reference));
    return name?.reference === reference ? name : undefined;
  }

  /** The file that says what a name means: it changes when the name does. */
  pathOf(reference: string): string {
    return this.#files.pathOf(keyOf(reference));
  }

  /** What is no name by the grammar is as good as not there: one of those must not keep the others from being read. */
  async list(): Promise<readonly ImageName[]> {
    return (await this.#files.list()).filter(
      ({ reference }) => typeof reference === 'string' && isImageReference(reference),
    );
  }

  /** @throws MayflyError IMAGE_REFERENCE_INVALID */
  async set(reference: string, id: string, namedAtMs: number): Promise<void> {
    parseImageReference(reference);
    await this.#files.write(keyOf(reference), { version, reference, id, namedAtMs });
  }

  /** Nothing where there is none. */
  async remove(reference: string): Promise<void> {
    await this.#files.remove(keyOf(reference));
  }
}

/** A reference may be longer than a file's name. */
function keyOf(reference: string): string {
  return createHash('sha256').update(reference).digest('hex').slice(0, 40);
}
