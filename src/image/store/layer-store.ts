import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Layer } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { WrittenLayer } from '../layer/write-layer.ts';
import type { LayerIds, LayerSession, LayerWriter } from '../layer-writer.ts';
import { layerDirectoryName, type StorePaths } from './store-paths.ts';
import { makeTemporaryDirectory, type ProcessIdentity } from './temporary.ts';
import { syncDirectory, writeAtomically } from './write-atomically.ts';

export interface StoredLayer extends Layer {
  readonly warnings: readonly string[];
}

/** A layer that has been written and whose digest is now known. */
export interface UnpackedLayer extends WrittenLayer {
  readonly diffId: string;
}

/** Unpacked layers, once per digest and id map. A layer's directory is there whole or not at all. */
export class LayerStore {
  readonly #paths: StorePaths;
  readonly #ids: LayerIds;
  readonly #self: ProcessIdentity;

  constructor(paths: StorePaths, ids: LayerIds, self: ProcessIdentity) {
    this.#paths = paths;
    this.#ids = ids;
    this.#self = self;
  }

  find(diffId: string): StoredLayer | undefined {
    const directory = layerDirectoryName(diffId, this.#ids);
    const record = readRecord(join(this.#paths.layerRecords, `${directory}.json`));
    if (record === undefined || !isDirectory(join(this.#paths.layers, directory))) return undefined;
    if (record.diffId === diffId) return { ...record, directory };
    throw new MayflyError(
      'IMAGE_HOSTILE',
      `the layers ${diffId} and ${record.diffId} begin with the same digits`,
    );
  }

  /**
   * Lets `fill` write a new layer under a temporary name and gives it its real one. Who loses a race against another process
   * takes the winner's, which has the same digest.
   */
  async add(
    writer: LayerWriter,
    fill: (session: LayerSession) => Promise<UnpackedLayer>,
  ): Promise<StoredLayer> {
    const temporary = await makeTemporaryDirectory(this.#paths.layers, this.#self);
    let placed = false;
    try {
      const { diffId, sizeBytes, warnings } = await fillLayer(writer, temporary, fill);
      const existing = this.find(diffId);
      if (existing !== undefined) return existing;
      const directory = layerDirectoryName(diffId, this.#ids);
      const record: LayerRecord = { diffId, sizeBytes, warnings };
      await writeAtomically(
        join(this.#paths.layerRecords, `${directory}.json`),
        JSON.stringify(record),
        this.#self,
      );
      placed = await renameUnlessThere(temporary, join(this.#paths.layers, directory));
      await syncDirectory(this.#paths.layers);
      return { directory, ...record };
    } finally {
      // What cannot be removed now, as when the writer has died, is swept by a later run: the first error counts.
      if (!placed) await writer.remove(temporary).catch(() => undefined);
    }
  }
}

interface LayerRecord {
  readonly diffId: string;
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
}

async function fillLayer(
  writer: LayerWriter,
  directory: string,
  fill: (session: LayerSession) => Promise<UnpackedLayer>,
): Promise<UnpackedLayer> {
  const session = await writer.begin(directory);
  try {
    const unpacked = await fill(session);
    await session.finish();
    return unpacked;
  } catch (error) {
    await session.abort();
    throw error;
  }
}

async function renameUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    // rename(2): the directory `to` exists and is not empty. (An empty one is replaced, which is as good.)
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    return false;
  }
}

/** Where a layer lies, for each map of ids it was unpacked for. */
export function directoriesOf(paths: StorePaths, diffId: string): readonly string[] {
  const short = layerDirectoryName(diffId, { mapKey: '' });
  return readdirSync(paths.layers).filter((name) => name === short || name.startsWith(`${short}-`));
}

/** As unpacked; 0 where nothing is known. */
export function layerBytes(paths: StorePaths, directory: string): number {
  return readRecord(join(paths.layerRecords, `${directory}.json`))?.sizeBytes ?? 0;
}

export function isKnownLayer(paths: StorePaths, directory: string): boolean {
  return readRecord(join(paths.layerRecords, `${directory}.json`)) !== undefined;
}

/** Ours, in a directory of ours: what does not parse is as good as not there. */
function readRecord(path: string): LayerRecord | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
