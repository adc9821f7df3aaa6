import { type ImageReference, renderReference } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { digestMismatch } from '../digest.ts';
import { mapInParallel } from '../map-in-parallel.ts';
import type { BlobStore } from '../store/blob-store.ts';
import type { BlobDescriptor } from '../store/image-catalogue.ts';
import { explainAnswer } from './explain-answer.ts';
import { ownEndpoint } from './plan-endpoints.ts';
import type { OnPush, PushState } from './push-progress.ts';
import { addReferrer, subjectOf } from './push-referrer.ts';
import { openEndpoint, type RegistryContext } from './registry-context.ts';
import type { RegistryEndpoint } from './registry-endpoint.ts';
import { Transport } from './transport.ts';
import { type Upload, uploadBlob, uploadWhole } from './upload-blob.ts';

export interface PushedImage {
  readonly manifest: BlobDescriptor;
  readonly config: BlobDescriptor;
  readonly layers: readonly BlobDescriptor[];
}

export interface PushContext extends RegistryContext {
  readonly blobs: BlobStore;
  readonly onPush: OnPush;
  /** Other repositories of the registry that may have a blob. */
  readonly sourcesOf: (digest: string) => readonly string[];
}

/** Sends what the registry has not: blobs first, then the manifest that names them, so that nobody ever sees half an image. */
export async function pushImage(
  reference: ImageReference,
  image: PushedImage,
  context: PushContext,
): Promise<void> {
  await using transport = new Transport(context.registries, context.limits);
  const endpoint = openEndpoint(ownEndpoint(reference.registry, context.registries), transport, context);
  const { onPush, limits, signal } = context;
  onPush({ kind: 'begun', reference });
  const layers = [...new Map(image.layers.map((layer) => [layer.digest, layer])).values()];
  const tell = ({ digest, sizeBytes }: BlobDescriptor, state: PushState): void => {
    if (digest !== image.config.digest) onPush({ kind: 'layer', digest, sizeBytes, state });
  };
  for (const layer of layers) tell(layer, { kind: 'preparing' });
  await mapInParallel([...layers, image.config], limits.layersAtOnce, signal, (blob, shared) =>
    new BlobPush(reference.repository, blob, endpoint, { ...context, signal: shared }).run((state) =>
      tell(blob, state),
    ),
  );
  await pushManifest(reference, image.manifest, endpoint, context);
  const { digest, sizeBytes } = image.manifest;
  onPush({ kind: 'ended', reference, digest, sizeBytes });
}

class BlobPush {
  readonly #repository: string;
  readonly #blob: BlobDescriptor;
  readonly #endpoint: RegistryEndpoint;
  readonly #context: PushContext;

  constructor(repository: string, blob: BlobDescriptor, endpoint: RegistryEndpoint, context: PushContext) {
    this.#repository = repository;
    this.#blob = blob;
    this.#endpoint = endpoint;
    this.#context = context;
  }

  async run(tell: (state: PushState) => void): Promise<void> {
    if (await this.#isThere()) return tell({ kind: 'there' });
    const { digest } = this.#blob;
    const [from] = this.#context.sourcesOf(digest);
    const begun = await this.#begin(from);
    if (begun === 'mounted') return tell({ kind: 'mounted', from: from ?? '' });
    tell({ kind: 'pushing', doneBytes: 0 });
    const { blobs, limits } = this.#context;
    const upload: Upload = {
      ...this.#blob,
      scope: scopeOf(this.#repository),
      open: (start, length) => blobs.open(digest, start, length),
      isThere: () => this.#isThere(),
      onProgress: (doneBytes) => tell({ kind: 'pushing', doneBytes }),
    };
    const { location, minimumChunkBytes } = begun;
    if (upload.sizeBytes <= limits.registryChunkBytes)
      await uploadWhole(location, upload, this.#endpoint, this.#context);
    else await uploadBlob(location, minimumChunkBytes, upload, this.#endpoint, this.#context);
    tell({ kind: 'pushed' });
  }

  async #isThere(): Promise<boolean> {
    const answer = await this.#endpoint.request({
      method: 'HEAD',
      to: `/v2/${this.#repository}/blobs/${this.#blob.digest}`,
      scope: scopeOf(this.#repository),
      signal: this.#context.signal,
    });
    if (answer.status !== 200 && answer.status !== 404)
      throw await explainAnswer(answer, this.#endpoint.name, `pushing to ${this.#repository}`);
    answer.body.discard();
    return answer.status === 200;
  }

  /** "Mounting a blob from another repository"; a registry that will not, begins an upload. */
  async #begin(
    from: string | undefined,
  ): Promise<'mounted' | { readonly location: URL; readonly minimumChunkBytes: number }> {
    const query = from === undefined ? '' : `?${new URLSearchParams({ mount: this.#blob.digest, from })}`;
    const scope = scopeOf(this.#repository);
    const answer = await this.#endpoint.request({
      method: 'POST',
      to: `/v2/${this.#repository}/blobs/uploads/${query}`,
      scope: from === undefined ? scope : `${scope} repository:${from}:pull`,
      headers: { 'content-length': '0' },
      body: new Uint8Array(0),
      signal: this.#context.signal,
    });
    if (answer.status === 201 && from !== undefined) {
      answer.body.discard();
      return 'mounted';
    }
    // Who may not read there may still send it.
    if (from !== undefined && answer.status !== 202) {
      answer.body.discard();
      return this.#begin(undefined);
    }
    const what = `pushing to ${this.#repository}`;
    if (answer.status !== 202) throw await explainAnswer(answer, this.#endpoint.name, what);
    answer.body.discard();
    const location = this.#endpoint.resolve(answer);
    if (location !== undefined)
      return { location, minimumChunkBytes: Number(answer.header('oci-chunk-min-length') ?? 0) || 0 };
    throw new MayflyError(
      'REGISTRY_REFUSED',
      `${this.#endpoint.name} does not say where ${this.#blob.digest} goes`,
    );
  }
}

async function pushManifest(
  reference: ImageReference,
  descriptor: BlobDescriptor,
  endpoint: RegistryEndpoint,
  { blobs, signal }: PushContext,
): Promise<void> {
  const { mediaType, digest } = descriptor;
  const chunks: Uint8Array[] = [];
  for await (const chunk of blobs.open(digest)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const about = { scope: scopeOf(reference.repository), signal };
  const answer = await endpoint.request({
    method: 'PUT',
    to: `/v2/${reference.repository}/manifests/${reference.tag ?? digest}`,
    headers: { 'content-type': mediaType },
    body: bytes,
    ...about,
  });
  if (answer.status !== 201 && answer.status !== 200) {
    throw await explainAnswer(answer, endpoint.name, `pushing ${renderReference(reference)}`);
  }
  answer.body.discard();
  const stored = answer.header('docker-content-digest');
  if (stored?.startsWith('sha256:') === true && stored !== digest)
    throw digestMismatch(`the manifest that ${endpoint.name} has now`, digest, stored);
  const subject = subjectOf(bytes);
  if (subject !== undefined && answer.header('oci-subject') === undefined)
    await addReferrer(subject, { descriptor, bytes }, reference.repository, endpoint, about);
}

function scopeOf(repository: string): string {
  return `repository:${repository}:pull,push`;
}
