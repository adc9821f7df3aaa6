import { decompress } from './compression/decompress.ts';
import { DigestingStream, digestMismatch } from './digest.ts';
import type { SourcedLayer } from './image-source.ts';
import { type WriteLayerOptions, writeLayer } from './layer/write-layer.ts';
import type { LayerSession } from './layer-writer.ts';
import type { UnpackedLayer } from './store/layer-store.ts';
import { readLayerEntries } from './tar/layer-entries.ts';

/** Brings a layer's content to disk. Both digests are verified at the end, before anybody can see it. */
export async function unpackLayer(
  layer: SourcedLayer,
  session: LayerSession,
  options: WriteLayerOptions,
): Promise<UnpackedLayer> {
  if (layer.kind === 'entries')
    return { ...(await writeLayer(layer.entries(), session, options)), diffId: layer.recipe };
  const packed = new DigestingStream(layer.open());
  const unpacked = new DigestingStream(decompress(packed, options.limits, 'layerBytes'));
  const written = await writeLayer(readLayerEntries(unpacked, options.limits), session, options);
  const diffId = unpacked.digest();
  if (layer.blob !== undefined) {
    const digest = packed.digest();
    if (digest !== layer.blob.digest)
      throw digestMismatch(`${layer.what}, as packed,`, layer.blob.digest, digest);
    if (packed.sizeBytes !== layer.blob.sizeBytes) {
      throw digestMismatch(
        `the size of ${layer.what}`,
        String(layer.blob.sizeBytes),
        String(packed.sizeBytes),
      );
    }
  }
  if (layer.diffId !== undefined && diffId !== layer.diffId)
    throw digestMismatch(`${layer.what}, unpacked,`, layer.diffId, diffId);
  return { ...written, diffId };
}
