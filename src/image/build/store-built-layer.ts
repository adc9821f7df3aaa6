import type { LayerEntry } from '../layer/layer-entry.ts';
import { IncomingBlob } from '../store/incoming-blob.ts';
import type { StoredLayer } from '../store/layer-store.ts';
import { writeTar } from '../tar/write-tar.ts';
import { unpackLayer } from '../unpack-layer.ts';
import type { BuildTools } from './build-tools.ts';

/**
 * Makes a layer of entries, in one pass: as a tar among the blobs, from which the image can be saved and pushed, and unpacked, to
 * start from. Undefined where there are none. No file is younger than `epoch`, in seconds: the same content gives the same digest.
 * The tar is kept as it is: what packs it, and how well, would be part of its digest.
 */
export async function storeBuiltLayer(
  entries: AsyncIterable<LayerEntry>,
  what: string,
  epoch: number,
  tools: BuildTools,
): Promise<StoredLayer | undefined> {
  const { layers, paths, self, limits, ids, signal } = tools;
  const clamped = clampTimes(entries, epoch);
  const first = await clamped.next();
  if (first.done === true) return undefined;
  await using incoming = await IncomingBlob.begin(paths, self);
  await using writer = await tools.openLayerWriter();
  const open = (): AsyncIterable<Uint8Array> => incoming.copy(writeTar(beginningWith(first.value, clamped)));
  const layer = { kind: 'tar', what, blob: undefined, diffId: undefined, open } as const;
  const stored = await layers.add(writer, async (session) => {
    const { packed: _, ...unpacked } = await unpackLayer(layer, session, { ids, limits, signal });
    await incoming.place(unpacked.diffId);
    return unpacked;
  });
  return stored;
}

async function* beginningWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

/** https://reproducible-builds.org/specs/source-date-epoch/: times after it become it. */
async function* clampTimes(
  entries: AsyncIterable<LayerEntry>,
  epoch: number,
): AsyncGenerator<LayerEntry, undefined> {
  const latest = { seconds: epoch, nanoseconds: 0 };
  for await (const entry of entries) {
    if (entry.kind === 'hardlink' || entry.kind === 'device') {
      yield entry;
      continue;
    }
    const { metadata } = entry;
    const mtime = metadata.mtime.seconds >= epoch ? latest : { ...metadata.mtime, nanoseconds: 0 };
    yield { ...entry, metadata: { ...metadata, mtime } };
  }
  return undefined;
}
