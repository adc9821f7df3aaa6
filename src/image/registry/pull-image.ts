import type { ImageReference } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ImagePlatform } from '../image-platform.ts';
import type { SourcedImage, SourcedLayer } from '../image-source.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { type ImageContent, readImage } from '../oci/read-image.ts';
import { checkBlob } from '../oci/read-oci-image.ts';
import { planPullEndpoints } from './plan-endpoints.ts';
import type { OnPull } from './pull-progress.ts';
import { readBlob } from './read-blob.ts';
import { type FetchedManifest, manifestNameOf, type RegistryClient } from './registry-client.ts';
import { openClient, type RegistryContext } from './registry-context.ts';
import { Transport } from './transport.ts';

export interface PullContext extends RegistryContext {
  readonly platform: ImagePlatform;
  readonly onPull: OnPull;
}

export interface PulledImage extends Omit<SourcedImage, 'inputs' | 'references'> {
  /** Of what the reference names there: a manifest, or the index above it. */
  readonly digest: string;
  /** Ends all connections; nothing is read after it. */
  readonly release: () => Promise<void>;
}

/** An image as a registry offers it. Its layers are fetched when they are opened. */
export async function pullImage(reference: ImageReference, context: PullContext): Promise<PulledImage> {
  const transport = new Transport(context.registries, context.limits);
  try {
    const clients = planPullEndpoints(reference.registry, context.registries).map((endpoint) =>
      openClient(endpoint, reference, transport, context),
    );
    const { client, manifest } = await findManifest(clients, reference, context);
    const content = contentOf(client, manifest, context);
    const { mediaType, digest, bytes } = manifest;
    const start: Descriptor = {
      mediaType,
      digest,
      sizeBytes: bytes.length,
      platform: undefined,
      annotations: {},
    };
    const image = await readImage(content, start, context);
    const layers = image.layers.map((layer) => watchLayer(layer, context.onPull));
    return { ...image, layers, digest, release: () => transport[Symbol.asyncDispose]() };
  } catch (error) {
    await transport[Symbol.asyncDispose]();
    throw error;
  }
}

/** The first who has it. A mirror that fails is no reason to fail; when all do, the registry's own word counts. */
async function findManifest(
  clients: readonly RegistryClient[],
  reference: ImageReference,
  { signal }: RegistryContext,
): Promise<{ readonly client: RegistryClient; readonly manifest: FetchedManifest }> {
  let last: unknown;
  for (const client of clients) {
    try {
      return { client, manifest: await client.fetchManifest(manifestNameOf(reference), signal) };
    } catch (error) {
      signal.throwIfAborted();
      // What is wrong with the image itself is not hidden by asking somebody else.
      if (!(error instanceof MayflyError) || /^IMAGE_(?:HOSTILE|DIGEST|LIMIT)/.test(error.code)) throw error;
      last = error;
    }
  }
  throw last;
}

function contentOf(client: RegistryClient, top: FetchedManifest, context: PullContext): ImageContent {
  const { limits, signal } = context;
  return {
    readManifest: async (descriptor) => {
      if (descriptor.digest === top.digest) return top.bytes;
      const { mediaType, bytes } = await client.fetchManifest(descriptor.digest, signal);
      checkBlob(bytes, descriptor);
      if (mediaType === descriptor.mediaType) return bytes;
      throw new MayflyError(
        'IMAGE_HOSTILE',
        `${descriptor.digest} is ${mediaType}, and its index says that it is ${descriptor.mediaType}`,
      );
    },
    readConfig: async (descriptor) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of readBlob(client, descriptor, limits, signal)) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      checkBlob(bytes, descriptor);
      return bytes;
    },
    openLayer: (descriptor) => () => readBlob(client, descriptor, limits, signal),
  };
}

function watchLayer(layer: SourcedLayer, onPull: OnPull): SourcedLayer {
  if (layer.kind !== 'tar' || layer.blob === undefined) return layer;
  const { digest, sizeBytes } = layer.blob;
  const tell = (state: Extract<Parameters<OnPull>[0], { kind: 'layer' }>['state'], doneBytes: number): void =>
    onPull({ kind: 'layer', digest, state, doneBytes, sizeBytes });
  tell('waiting', 0);
  return {
    ...layer,
    what: digest.slice('sha256:'.length, 'sha256:'.length + 12),
    open: async function* () {
      let doneBytes = 0;
      for await (const chunk of layer.open()) {
        doneBytes += chunk.length;
        tell('downloading', doneBytes);
        yield chunk;
      }
      tell('downloaded', sizeBytes);
    },
  };
}
