import { type ImageLimits, limitError } from '../image-limits.ts';
import type { LayerIds, LayerMetadata, LayerSession } from '../layer-writer.ts';
import { showName } from './entry-path.ts';
import type { LayerEntry } from './layer-entry.ts';
import { LayerTree } from './layer-tree.ts';
import { planEntry } from './plan-entry.ts';
import { planMetadata } from './plan-metadata.ts';

export interface WrittenLayer {
  readonly sizeBytes: number;
  /** What is not as the source says it, for a person. */
  readonly warnings: readonly string[];
}

export interface WriteLayerOptions {
  readonly ids: LayerIds;
  readonly limits: ImageLimits;
  readonly signal: AbortSignal;
}

/** The layer's root, unless an entry for it says otherwise. */
const rootMetadata: LayerMetadata = {
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtime: { seconds: 0, nanoseconds: 0 },
  xattrs: [],
};

/** Brings entries into a layer's directory, one after the other, and its directories' times at the end. */
export async function writeLayer(
  entries: AsyncIterable<LayerEntry>,
  session: LayerSession,
  options: WriteLayerOptions,
): Promise<WrittenLayer> {
  const { limits, signal } = options;
  const tree = new LayerTree();
  const remarks = new Remarks();
  await session.apply({ kind: 'setDirectory', path: '', metadata: rootMetadata });
  let count = 0;
  let sizeBytes = 0;
  for await (const entry of entries) {
    signal.throwIfAborted();
    count += 1;
    if (count > limits.layerEntries)
      throw limitError('layerEntries', limits, 'the layer has too many entries');
    if (entry.kind === 'file') sizeBytes += entry.sizeBytes;
    if (sizeBytes > limits.layerBytes)
      throw limitError('layerBytes', limits, `the layer is too large at ${showName(entry.name)}`);
    for (const op of planEntry(tree, planOwned(entry, options, remarks), limits)) await session.apply(op);
  }
  for (const { path, mtime } of tree.directories()) await session.apply({ kind: 'setTimes', path, mtime });
  return { sizeBytes, warnings: remarks.render() };
}

function planOwned(
  entry: LayerEntry,
  { ids, limits, signal }: WriteLayerOptions,
  remarks: Remarks,
): LayerEntry {
  if (entry.kind === 'device') remarks.devices.push(entry.name);
  if (entry.kind === 'device' || entry.kind === 'hardlink') return entry;
  const content = entry.kind === 'file' ? { content: untilAborted(entry.content, signal) } : {};
  const { metadata, flattened, dropped } = planMetadata(entry, ids, limits);
  if (flattened) remarks.flattened.push(entry.name);
  for (const name of dropped) remarks.dropped.add(name.slice(0, 64));
  return { ...entry, ...content, metadata };
}

/** One file may be most of an image. */
async function* untilAborted(
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    signal.throwIfAborted();
    yield chunk;
  }
}

const namesShown = 5;

class Remarks {
  readonly devices: string[] = [];
  readonly flattened: string[] = [];
  readonly dropped = new Set<string>();

  render(): readonly string[] {
    const lines: string[] = [];
    if (this.devices.length > 0)
      lines.push(`${this.devices.length} device nodes were not made: ${some(this.devices)}`);
    if (this.flattened.length > 0) {
      lines.push(
        `${this.flattened.length} files that belong to other users belong to root here (single-id mode): ${some(this.flattened)}`,
      );
    }
    if (this.dropped.size > 0) lines.push(`extended attributes were left out: ${some([...this.dropped])}`);
    return lines;
  }
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).map(showName).join(', ');
  return names.length > namesShown ? `${shown} and ${names.length - namesShown} more` : shown;
}
