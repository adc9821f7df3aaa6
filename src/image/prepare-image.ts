import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageRequest, ImageSource } from '../core/image.ts';
import { type AddContext, addToStore } from './add-to-store.ts';
import { digestHex, digestOf } from './digest.ts';
import { renderConfig } from './image-config.ts';
import { renderPlatform } from './image-platform.ts';
import type { ImageProviderOptions } from './image-provider.ts';
import type { SourcedImage, SourcedLayer } from './image-source.ts';
import { readSource } from './image-sources.ts';
import type { SharedWork } from './shared-work.ts';
import { type ImageRecord, writeImageRecord } from './store/image-record.ts';
import { LayerStore, type StoredLayer } from './store/layer-store.ts';
import { writeAtomically } from './store/write-atomically.ts';
import { unpackLayer } from './unpack-layer.ts';

export interface ColdRequest {
  readonly name: string;
  readonly source: ImageSource;
  readonly pull: ImageRequest['pull'];
  /** The name of the image's record. */
  readonly key: string;
}

type Options = Required<ImageProviderOptions>;

/** The slow path: read the source, unpack the layers that are not there, and remember the image. */
export async function prepareImage(
  request: ColdRequest,
  options: Options,
  sharedLayers: SharedWork<StoredLayer>,
  onProgress: (line: string) => void,
  signal: AbortSignal,
): Promise<ImageRecord> {
  return addToStore(options, onProgress, signal, (context) => prepare(request, sharedLayers, context));
}

async function prepare(
  request: ColdRequest,
  sharedLayers: SharedWork<StoredLayer>,
  context: AddContext,
): Promise<ImageRecord> {
  const { paths, self } = context;
  const sourced = await readSource(request.source, { ...context, pull: request.pull });
  const store = new LayerStore(paths, context.ids, self);
  const layers: StoredLayer[] = [];
  for (const layer of sourced.layers) layers.push(await unpackMissing(layer, sharedLayers, store, context));
  return remember(request, sourced, layers, context);
}

async function remember(
  request: ColdRequest,
  sourced: SourcedImage,
  stored: readonly StoredLayer[],
  { paths, self, nowMs }: AddContext,
): Promise<ImageRecord> {
  const config =
    sourced.blobs[0] ??
    Buffer.from(
      renderConfig(
        sourced.config,
        sourced.platform,
        stored.map(({ diffId }) => diffId),
      ),
    );
  for (const blob of [config, ...sourced.blobs.slice(1)]) {
    const path = join(paths.blobs, digestHex(digestOf(blob)));
    if (!existsSync(path)) await writeAtomically(path, blob, self);
  }
  const preparedAtMs = nowMs();
  return writeImageRecord(
    paths,
    request.key,
    {
      name: request.name,
      source: request.source,
      references: sourced.references,
      id: digestOf(config),
      platform: renderPlatform(sourced.platform),
      createdAt: sourced.createdAt || new Date(preparedAtMs).toISOString(),
      preparedAtMs,
      sizeBytes: stored.reduce((sum, layer) => sum + layer.sizeBytes, 0),
      config: sourced.config,
      layers: stored.map(({ directory, diffId, sizeBytes }) => ({ directory, diffId, sizeBytes })),
      inputs: sourced.inputs,
      ...(sourced.digest === undefined ? {} : { digest: sourced.digest }),
      ...(sourced.packages === undefined ? {} : { packages: sourced.packages }),
      warnings: [...sourced.warnings, ...stored.flatMap((layer) => layer.warnings)],
    },
    self,
  );
}

/** A writer for each layer, so that who shares the work on one does not depend on who began it. */
async function unpackMissing(
  layer: SourcedLayer,
  shared: SharedWork<StoredLayer>,
  store: LayerStore,
  context: AddContext,
): Promise<StoredLayer> {
  const add = async (report: (line: string) => void, signal: AbortSignal): Promise<StoredLayer> => {
    report(`unpacking ${layer.what}`);
    await using writer = await context.openLayerWriter();
    try {
      return await store.add(writer, (session) =>
        unpackLayer(layer, session, { ids: context.ids, limits: context.limits, signal }),
      );
    } catch (cause) {
      throw context.signal.aborted ? new Abandoned('who began it has left', { cause }) : cause;
    }
  };
  const digest = layer.kind === 'tar' ? layer.diffId : layer.recipe;
  if (digest === undefined) return add(context.onProgress, context.signal);
  const stored = store.find(digest);
  if (stored !== undefined) return stored;
  try {
    return await shared.run(digest, add, context.onProgress, context.signal);
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error;
    context.signal.throwIfAborted();
    return unpackMissing(layer, shared, store, context);
  }
}

/** A layer whose content came from a preparation that was cancelled; others who wait for it make it themselves. */
class Abandoned extends Error {}
