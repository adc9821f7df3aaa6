import type { ImageReference } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ImagePlatform } from '../image-platform.ts';
import type { SourcedImage } from '../image-source.ts';
import { checkBlob } from '../oci/check-blob.ts';
import { type ImageContent, readImage } from '../oci/read-image.ts';
import { mayAskNext } from './may-ask-next.ts';
import { planPullEndpoints } from './plan-endpoints.ts';
import type { OnPull } from './pull-progress.ts';
import { readBlobInTurn } from './read-blob.ts';
import { type FetchedManifest, manifestNameOf, type RegistryClient } from './registry-client.ts';
import { openClient, type RegistryContext } from './registry-context.ts';
import { Transport } from './transport.ts';
import { watchLayer } from './watch-layer.ts';

export interface PullContext extends RegistryContext {
  readonly platform: ImagePlatform;
  readonly onPull: OnPull;
}

export interface PulledImage extends Omit<SourcedImage, 'inputs' | 'references'> {
  /** Of what the reference names there: a manifest, or the index above it. */
  readonly digest: string;
}

/** One image of a registry, looked at and read. Ends its connections when it is disposed. */
export class RegistryPull implements AsyncDisposable {
  readonly #reference: ImageReference;
  readonly #context: PullContext;
  readonly #transport: Transport;
  /** Mirrors first. */
  readonly #clients: readonly RegistryClient[];

  constructor(reference: ImageReference, context: PullContext) {
    this.#reference = reference;
    this.#context = context;
    this.#transport = new Transport(context.registries, context.limits);
    this.#clients = planPullEndpoints(reference.registry, context.registries).map((endpoint) =>
      openClient(endpoint, reference, this.#transport, context),
    );
  }

  /** What the tag means there now; undefined when nobody says. Nothing is fetched. */
  async findDigest(): Promise<string | undefined> {
    const { digest } = this.#reference;
    if (digest !== undefined) return digest;
    const { signal } = this.#context;
    const name = manifestNameOf(this.#reference);
    const { answer } = await askInTurn(this.#clients, (client) => client.findDigest(name, signal), signal);
    return answer;
  }

  /** Its layers are fetched when they are opened. */
  async read(): Promise<PulledImage> {
    const { signal, onPull } = this.#context;
    const name = manifestNameOf(this.#reference);
    const { client, answer: manifest } = await askInTurn(
      this.#clients,
      (each) => each.fetchManifest(name, signal),
      signal,
    );
    // Who answered first, and who may have what it has not. Those before it had their turn.
    const clients = this.#clients.slice(this.#clients.indexOf(client));
    const { mediaType, digest, bytes } = manifest;
    const start = { mediaType, digest, sizeBytes: bytes.length, platform: undefined, annotations: {} };
    const image = await readImage(contentOf(clients, manifest, this.#context), start, this.#context);
    return { ...image, layers: image.layers.map((layer) => watchLayer(layer, onPull)), digest };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}

/** The first who has it. A mirror that fails is no reason to fail; when all do, the registry's own word counts. */
async function askInTurn<T>(
  clients: readonly RegistryClient[],
  ask: (client: RegistryClient) => Promise<T>,
  signal: AbortSignal,
): Promise<{ readonly client: RegistryClient; readonly answer: T }> {
  let last: unknown;
  for (const client of clients) {
    try {
      return { client, answer: await ask(client) };
    } catch (error) {
      signal.throwIfAborted();
      if (!mayAskNext(error)) throw error;
      last = error;
    }
  }
  throw last;
}

function contentOf(
  clients: readonly RegistryClient[],
  top: FetchedManifest,
  context: PullContext,
): ImageContent {
  const { limits, signal } = context;
  return {
    readManifest: async (descriptor) => {
      if (descriptor.digest === top.digest) return top.bytes;
      const { answer } = await askInTurn(
        clients,
        (client) => client.fetchManifest(descriptor.digest, signal),
        signal,
      );
      const { mediaType, bytes } = answer;
      checkBlob(bytes, descriptor);
      if (mediaType === descriptor.mediaType) return bytes;
      throw new MayflyError(
        'IMAGE_HOSTILE',
        `${descriptor.digest} is ${mediaType}, and its index says that it is ${descriptor.mediaType}`,
      );
    },
    readConfig: async (descriptor) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of readBlobInTurn(clients, descriptor, limits, signal)) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      checkBlob(bytes, descriptor);
      return bytes;
    },
    openLayer: (descriptor) => () => readBlobInTurn(clients, descriptor, limits, signal),
  };
}
