import { decompress } from './compression/decompress.ts';
import { DigestingStream, digestMismatch } from './digest.ts';
import type { SourcedLayer } from './image-source.ts';
import { type WriteLayerOptions, type WrittenLayer, writeLayer } from './layer/write-layer.ts';
import type { LayerSession } from './layer-writer.ts';
import { readLayerEntries } from './tar/layer-entries.ts';

export type SourcedTar = Extract<SourcedLayer, { kind: 'tar' }>;

/** A layer's tar as it came, and what it is unpacked. */
export interface TarFacts {
  readonly diffId: string;
  readonly packed: { readonly digest: string; readonly sizeBytes: number };
}

/** Brings a layer's content to disk. Both digests are verified at the end, before anybody can see it. */
export async function unpackLayer(
  layer: SourcedLayer,
  session: LayerSession,
  options: WriteLayerOptions,
): Promise<WrittenLayer & { readonly diffId: string; readonly packed?: TarFacts['packed'] }> {
  if (layer.kind === 'entries')
    return { ...(await writeLayer(layer.entries(), session, options)), diffId: layer.recipe };
  const { result, ...facts } = await readVerified(layer, options, (unpacked) =>
    writeLayer(readLayerEntries(unpacked, options.limits), session, options),
  );
  return { ...result, ...facts };
}

/** Reads all of a layer and writes nothing: both digests are what they have to be. */
export async function verifyLayer(layer: SourcedTar, options: WriteLayerOptions): Promise<TarFacts> {
  const { diffId, packed } = await readVerified(layer, options, async (unpacked) => {
    for await (const _ of unpacked) options.signal.throwIfAborted();
  });
  return { diffId, packed };
}

async function readVerified<T>(
  layer: SourcedTar,
  { limits }: WriteLayerOptions,
  read: (unpacked: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<TarFacts & { readonly result: T }> {
  const packed = new DigestingStream(layer.open());
  const unpacked = new DigestingStream(decompress(packed, limits, 'layerBytes'));
  const result = await read(unpacked);
  const diffId = unpacked.digest();
  const { sizeBytes } = packed;
  const digest = packed.digest();
  if (layer.blob !== undefined) {
    if (digest !== layer.blob.digest)
      throw digestMismatch(`${layer.what}, as packed,`, layer.blob.digest, digest);
    if (sizeBytes !== layer.blob.sizeBytes)
      throw digestMismatch(`the size of ${layer.what}`, String(layer.blob.sizeBytes), String(sizeBytes));
  }
  if (layer.diffId !== undefined && diffId !== layer.diffId)
    throw digestMismatch(`${layer.what}, unpacked,`, layer.diffId, diffId);
  return { diffId, packed: { digest, sizeBytes }, result };
}
