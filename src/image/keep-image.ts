import { MayflyError } from '../core/mayfly-error.ts';
import type { AddContext } from './add-to-store.ts';
import { detectCompression } from './compression/decompress.ts';
import { digestOf } from './digest.ts';
import { renderConfig } from './image-config.ts';
import { renderPlatform } from './image-platform.ts';
import type { SourcedImage, SourcedLayer } from './image-source.ts';
import { mapInParallel } from './map-in-parallel.ts';
import { nameKept } from './name-image.ts';
import { layerTypeOf } from './oci/media-types.ts';
import { renderManifest } from './oci/render-manifest.ts';
import { BlobStore } from './store/blob-store.ts';
import { type CatalogueImage, type CatalogueLayer, ImageCatalogue } from './store/image-catalogue.ts';
import { IncomingBlob } from './store/incoming-blob.ts';
import { LayerStore, type StoredLayer } from './store/layer-store.ts';
import { type SourcedTar, type TarFacts, unpackLayer, verifyLayer } from './unpack-layer.ts';

export type KeepContext = Pick<
  AddContext,
  'paths' | 'self' | 'ids' | 'limits' | 'openLayerWriter' | 'nowMs' | 'onProgress' | 'signal'
>;

/**
 * Adds an image to the catalogue under these names: its layers unpacked, and all its blobs as they came, so that it can be saved
 * and pushed under the same digests. Who calls holds the lock for adding (store-lock.ts).
 */
export async function keepImage(
  sourced: SourcedImage,
  references: readonly string[],
  context: KeepContext,
): Promise<CatalogueImage> {
  const { paths, self, nowMs, limits } = context;
  const vouched = await readVouched(context);
  const layers = await mapInParallel(sourced.layers, limits.layersAtOnce, context.signal, (layer, shared) =>
    keepLayer(layer, vouched, { ...context, signal: shared }),
  );
  for (const warning of [...sourced.warnings, ...layers.flatMap((layer) => layer.warnings)])
    context.onProgress(`warning: ${warning}`);
  const diffIds = layers.map(({ diffId }) => diffId);
  const config = sourced.blobs[0] ?? Buffer.from(renderConfig(sourced.config, sourced.platform, diffIds));
  const id = await keepBytes(config, context);
  const manifest = await keepManifest(sourced, config, layers, context);
  const image = await new ImageCatalogue(paths, self).add({
    id,
    ...(manifest === undefined ? {} : { manifest }),
    platform: renderPlatform(sourced.platform),
    createdAt: sourced.createdAt || new Date(nowMs()).toISOString(),
    addedAtMs: nowMs(),
    layers: layers.map(({ warnings: _, ...layer }) => layer),
  });
  const verified = new Set([manifest, sourced.digest].filter((digest) => digest !== undefined));
  await nameKept(image, references, nowMs(), context, verified);
  return image;
}

interface KeptLayer extends CatalogueLayer {
  readonly warnings: readonly string[];
}

async function keepManifest(
  sourced: SourcedImage,
  config: Uint8Array,
  layers: readonly CatalogueLayer[],
  context: KeepContext,
): Promise<string | undefined> {
  const given = sourced.blobs[1];
  if (given !== undefined) return keepBytes(given, context);
  const blobs = layers.map(({ blob }) => blob).filter((blob) => blob !== undefined);
  if (blobs.length < layers.length) return undefined;
  const about = { digest: digestOf(config), sizeBytes: config.length };
  return keepBytes(Buffer.from(renderManifest(about, blobs)), context);
}

/** Configurations and manifests, which are small. */
function keepBytes(bytes: Uint8Array, { paths, self }: KeepContext): Promise<string> {
  return new BlobStore(paths, self).add(bytes);
}

/** Which blob unpacks to which layer, as somebody has read before who made an image of them. */
async function readVouched({ paths, self }: KeepContext): Promise<ReadonlySet<string>> {
  const images = await new ImageCatalogue(paths, self).list();
  return new Set(
    images.flatMap(({ layers }) =>
      layers.flatMap(({ diffId, blob }) => (blob === undefined ? [] : [renderPair(diffId, blob)])),
    ),
  );
}

function renderPair(diffId: string, { digest, sizeBytes }: TarFacts['packed']): string {
  return `${diffId} ${digest} ${sizeBytes}`;
}

async function keepLayer(
  layer: SourcedLayer,
  vouched: ReadonlySet<string>,
  context: KeepContext,
): Promise<KeptLayer> {
  const store = new LayerStore(context.paths, context.ids, context.self);
  if (layer.kind === 'tar') return keepTar(layer, vouched, store, context);
  const stored = store.find(layer.recipe) ?? (await unpack(layer, store, context)).stored;
  return { diffId: stored.diffId, sizeBytes: stored.sizeBytes, warnings: stored.warnings };
}

/** One pass: packed bytes are kept, hashed, unpacked, hashed again and written. */
async function keepTar(
  layer: SourcedTar,
  vouched: ReadonlySet<string>,
  store: LayerStore,
  context: KeepContext,
): Promise<KeptLayer> {
  const { paths, self } = context;
  const blobs = new BlobStore(paths, self);
  const known = layer.diffId === undefined ? undefined : store.find(layer.diffId);
  if (known !== undefined && layer.blob !== undefined && (await hasBlob(layer, vouched, blobs, context))) {
    layer.onKept?.(false);
    return toKept(known, await describeBlob(layer, layer.blob, blobs), known.warnings);
  }
  await using incoming = await IncomingBlob.begin(paths, self);
  const copied: SourcedTar = { ...layer, open: () => incoming.copy(layer.open()) };
  const { stored, facts } =
    known === undefined
      ? await unpack(copied, store, context)
      : { stored: known, facts: await verifyLayer(copied, context) };
  if (facts === undefined) throw new MayflyError('INTERNAL', `${layer.what} was not read`);
  const { packed } = facts;
  await incoming.place(packed.digest);
  layer.onKept?.(true);
  return toKept(stored, await describeBlob(layer, packed, blobs), stored.warnings);
}

/** That both are there does not say that one is the other: who announces them may be wrong, or lie. */
async function hasBlob(
  layer: SourcedTar,
  vouched: ReadonlySet<string>,
  blobs: BlobStore,
  context: KeepContext,
): Promise<boolean> {
  const { blob, diffId } = layer;
  if (blob === undefined || diffId === undefined || blobs.sizeOf(blob.digest) !== blob.sizeBytes)
    return false;
  if (vouched.has(renderPair(diffId, blob))) return true;
  try {
    await verifyLayer({ ...layer, open: () => blobs.open(blob.digest) }, context);
    return true;
  } catch {
    context.signal.throwIfAborted();
    // Damaged, or announced falsely: what comes from the source will tell, and takes its place or is refused.
    return false;
  }
}

function toKept(
  { diffId, sizeBytes }: StoredLayer,
  blob: CatalogueLayer['blob'] & object,
  warnings: readonly string[],
): KeptLayer {
  return { diffId, sizeBytes, blob, warnings };
}

async function describeBlob(
  layer: SourcedTar,
  { digest, sizeBytes }: TarFacts['packed'],
  blobs: BlobStore,
): Promise<CatalogueLayer['blob'] & object> {
  const announced = layer.blob?.mediaType ?? '';
  const mediaType = announced === '' ? layerTypeOf(await compressionOf(digest, blobs)) : announced;
  return { mediaType, digest, sizeBytes };
}

async function compressionOf(
  digest: string,
  blobs: BlobStore,
): Promise<ReturnType<typeof detectCompression>> {
  for await (const head of blobs.open(digest, 0, 4)) return detectCompression(head);
  return 'none';
}

async function unpack(
  layer: SourcedLayer,
  store: LayerStore,
  context: KeepContext,
): Promise<{ readonly stored: StoredLayer; readonly facts: TarFacts | undefined }> {
  context.onProgress(`unpacking ${layer.what}`);
  await using writer = await context.openLayerWriter();
  let facts: TarFacts | undefined;
  const stored = await store.add(writer, async (session) => {
    const { packed, ...unpacked } = await unpackLayer(layer, session, context);
    if (packed !== undefined) facts = { diffId: unpacked.diffId, packed };
    return unpacked;
  });
  return { stored, facts };
}
