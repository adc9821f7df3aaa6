import type { ImageRequest, ImageSource } from '../../../core/image.ts';
import { isImageReference } from '../../../core/image-reference.ts';
import type { DocumentNode } from '../document-node.ts';
import { parseBuildSource } from './parse-build-source.ts';
import { parseConfigOverrides } from './parse-config-overrides.ts';
import { parseImageSource } from './parse-image-source.ts';

/** Finds images by the names that services and steps use, and remembers which were asked for. */
export class ImageBook {
  readonly #declared = new Map<string, ImageRequest | undefined>();
  readonly #used = new Map<string, ImageRequest>();
  readonly #directory: string;

  constructor(images: DocumentNode, directory: string) {
    this.#directory = directory;
    // Those that are built may be built on others, wherever they stand.
    const entries = images.entries();
    for (const [name, node] of [
      ...entries.filter(([, each]) => !each.has('build')),
      ...entries.filter(([, each]) => each.has('build')),
    ]) {
      const source = parseImageSource(node, directory, (image) => this.#notBuilt(image));
      const configOverrides = node.isMap ? parseConfigOverrides(node.child('config')) : {};
      this.#declared.set(name, source === undefined ? undefined : { name, source, configOverrides });
    }
  }

  #notBuilt(name: string): ImageSource | undefined {
    const source = this.#declared.get(name)?.source;
    return source?.kind === 'build' ? undefined : source;
  }

  /** The images that are needed, in the order in which they were asked for. */
  get used(): readonly ImageRequest[] {
    return [...this.#used.values()];
  }

  sourceOf(name: string): ImageSource['kind'] | undefined {
    return this.#used.get(name)?.source.kind;
  }

  /** The name of the image an `image:` means (language.md R9); undefined when absent or after a problem. */
  requestFor(node: DocumentNode): string | undefined {
    const name = node.text();
    if (name === undefined) return undefined;
    const request = this.#declared.has(name) ? this.#declared.get(name) : this.#fromRegistry(name, node);
    if (request === undefined) return undefined;
    if (!this.#used.has(name)) this.#used.set(name, request);
    return name;
  }

  /** The image of a service with `build:`: it has the name that `image:` gives it, as in Compose, else that of the service. */
  requestBuild(build: DocumentNode, image: DocumentNode, service: string): string | undefined {
    const name = image.text() ?? service;
    const source = parseBuildSource(build, this.#directory, (other) => this.#notBuilt(other));
    if (source === undefined) return undefined;
    if (this.#declared.has(name)) {
      const hint = 'use that image, or give the one that is built another name with `image:`';
      build.fail('SCENARIO_CONFLICT', `\`${name}\` is declared under \`images:\`, and built here`, hint);
      return undefined;
    }
    const request: ImageRequest = { name, source, configOverrides: {} };
    const other = this.#used.get(name);
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(request)) {
      build.fail(
        'SCENARIO_CONFLICT',
        `\`${name}\` means another image already`,
        'give it another name with `image:`',
      );
      return undefined;
    }
    this.#used.set(name, request);
    return name;
  }

  /** `pull_policy:` of a service that uses the image. */
  setPull(name: string, node: DocumentNode): void {
    const written = node.oneOf(['always', 'never', 'missing', 'if_not_present', 'build']);
    const request = this.#used.get(name);
    if (written === undefined || request === undefined) return;
    if (request.source.kind === 'build' && written === 'build') return; // it is built whenever something has changed
    if (request.source.kind !== 'registry' || written === 'build') {
      const why = written === 'build' ? 'nothing is built' : `\`${name}\` does not come from a registry`;
      node.warn('SCENARIO_NO_EFFECT', `\`pull_policy\` has no effect: ${why}`);
      return;
    }
    const pull = written === 'if_not_present' ? 'missing' : written;
    if (request.pull !== undefined && request.pull !== pull) {
      node.fail(
        'SCENARIO_CONFLICT',
        `\`${name}\` is to be fetched \`${pull}\` here, and \`${request.pull}\` by another service`,
        'keep one of the two',
      );
    }
    this.#used.set(name, { ...request, pull });
  }

  #fromRegistry(name: string, node: DocumentNode): ImageRequest | undefined {
    if (!/[/:@]/.test(name)) {
      const hint = `declare it under \`images:\`, or write a registry's reference with a tag, such as ${name}:latest`;
      node.fail('SCENARIO_UNDECLARED', `image \`${name}\` is not declared`, hint);
      return undefined;
    }
    if (!isImageReference(name)) {
      node.fail('IMAGE_REFERENCE_INVALID', `\`${name}\` is no image reference`);
      return undefined;
    }
    return { name, source: { kind: 'registry', reference: name }, configOverrides: {} };
  }
}
