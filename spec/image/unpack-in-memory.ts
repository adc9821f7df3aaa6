import { defaultImageLimits, type ImageLimits } from '../../src/image/image-limits.ts';
import type { LayerIds } from '../../src/image/layer-writer.ts';
import type { UnpackedLayer } from '../../src/image/store/layer-store.ts';
import { unpackLayer } from '../../src/image/unpack-layer.ts';
import { MemorySession, type MemoryTree } from './memory-layer-writer.ts';
import { streamOf } from './tar-builder.ts';

export const fullIds: LayerIds = { mapKey: '', count: 65_536 };
export const singleId: LayerIds = { mapKey: 's', count: 1 };

export interface InMemory {
  readonly tree: MemoryTree;
  readonly layer: UnpackedLayer;
}

export async function unpackInMemory(
  packed: Uint8Array,
  options: {
    readonly ids?: LayerIds;
    readonly limits?: Partial<ImageLimits>;
    readonly diffId?: string;
    readonly blob?: { mediaType: string; digest: string; sizeBytes: number };
  } = {},
): Promise<InMemory> {
  const session = new MemorySession();
  const layer = await unpackLayer(
    {
      kind: 'tar',
      what: 'layer 1 of 1',
      blob: options.blob,
      diffId: options.diffId,
      open: () => streamOf(packed),
    },
    session,
    {
      ids: options.ids ?? fullIds,
      limits: { ...defaultImageLimits, ...options.limits },
      signal: new AbortController().signal,
    },
  );
  return { tree: session.tree, layer };
}
