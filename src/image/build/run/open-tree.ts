import { join, posix } from 'node:path';
import type { LayerEntry } from '../../layer/layer-entry.ts';
import { writeLayer } from '../../layer/write-layer.ts';
import { findContextItems } from '../copy/context-items.ts';
import type { CopyItem } from '../copy/copy-item.ts';
import { findStageItems } from '../copy/stage-items.ts';
import type { RunMount } from '../dockerfile/run-mount.ts';
import type { StageBuilder } from '../stage-builder.ts';
import { storeBuiltLayer } from '../store-built-layer.ts';

type BindMount = RunMount & { readonly kind: 'bind' };

/** Under which name the file or directory lies in its layer. */
const inside = 'mount';

export interface OpenedTree extends AsyncDisposable {
  readonly path: string;
}

/**
 * The tree of a bind mount, with the owners that the container is to see. One that is only read is a layer like any other, though
 * of no image: it is written once for the same content. What is written to another is lost with it.
 */
export async function openTree(mount: BindMount, builder: StageBuilder): Promise<OpenedTree> {
  const { tools } = builder.work;
  const directory = directoryOf(mount, builder);
  if (mount.from === undefined || directory !== undefined)
    return place(
      findContextItems(builder.work.context(directory), mount.source, () => false),
      mount,
      builder,
    );
  const from = await builder.work.sourceOf(mount.from, builder.stage);
  await using files = await builder.filesOf(from);
  return await place(await findStageItems(files, mount.source, () => false, tools.limits), mount, builder);
}

/** The named context that is a directory, if that is where the mount comes from. */
export function directoryOf({ from }: BindMount, { work, stage }: StageBuilder): string | undefined {
  return from !== undefined && work.isDirectory(from, stage) ? from : undefined;
}

async function place(
  items: readonly CopyItem[],
  mount: BindMount,
  builder: StageBuilder,
): Promise<OpenedTree> {
  const [item] = items;
  if (item === undefined || items.length > 1)
    throw new Error(`\`${mount.source}\` is no one file or directory`);
  const { tools, request } = builder.work;
  if (!mount.readOnly) return placeApart(item, builder);
  const layer = await storeBuiltLayer(nested(item), 'a bind mount', request.sourceDateEpoch, tools);
  if (layer === undefined) throw new Error(`\`${mount.source}\` is not there`);
  return { path: join(tools.paths.layers, layer.directory, inside), async [Symbol.asyncDispose]() {} };
}

async function placeApart(item: CopyItem, { work: { tools } }: StageBuilder): Promise<OpenedTree> {
  const directory = await tools.makeScratch();
  const remove = async (): Promise<void> => {
    await using writer = await tools.openLayerWriter();
    await writer.remove(join(directory, inside));
  };
  await using writer = await tools.openLayerWriter();
  const session = await writer.begin(directory);
  await writeLayer(nested(item), session, tools);
  await session.finish();
  return { path: join(directory, inside), [Symbol.asyncDispose]: remove };
}

async function* nested(item: CopyItem): AsyncGenerator<LayerEntry> {
  for await (const entry of item.entries()) {
    const name = posix.join(inside, entry.name);
    yield entry.kind === 'hardlink'
      ? { ...entry, name, target: posix.join(inside, entry.target) }
      : { ...entry, name };
  }
}
