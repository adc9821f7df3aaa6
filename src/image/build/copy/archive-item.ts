import { posix } from 'node:path';
import { decompress, detectCompression } from '../../compression/decompress.ts';
import type { ImageLimits } from '../../image-limits.ts';
import { parseEntryName } from '../../layer/entry-path.ts';
import type { LayerEntry } from '../../layer/layer-entry.ts';
import { readRange } from '../../read-file.ts';
import { readLayerEntries } from '../../tar/layer-entries.ts';
import type { CopyItem } from './copy-item.ts';

const blockBytes = 512;

/** ADD unpacks a tar of the context, whatever its name says; anything else it copies. Undefined: it is none. */
export async function openArchiveItem(path: string, limits: ImageLimits): Promise<CopyItem | undefined> {
  if (!(await isTar(path, limits))) return undefined;
  return {
    baseName: posix.basename(path),
    isDirectory: true,
    entries: () => readEntries(path, limits),
  };
}

async function* readEntries(path: string, limits: ImageLimits): AsyncGenerator<LayerEntry> {
  // Names are as hostile here as in an image: `..` and the like are refused before they mean a place.
  const clean = (name: string): string => parseEntryName(name, limits).join('/');
  const content = decompress(readRange(path), limits, 'layerBytes');
  for await (const entry of readLayerEntries(content, limits)) {
    const name = clean(entry.name);
    if (name === '') continue; // the archive's own root: that of the image stays as it is
    yield entry.kind === 'hardlink' ? { ...entry, name, target: clean(entry.target) } : { ...entry, name };
  }
}

/** By the first header: the checksum is the sum of its bytes with the checksum's own as blanks (POSIX, pax). */
async function isTar(path: string, limits: ImageLimits): Promise<boolean> {
  const block = await readFirstBlock(path, limits);
  if (block === undefined || block.length < blockBytes) return false;
  const written = Number.parseInt(
    block
      .toString('latin1', 148, 156)
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  );
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  return written === sum;
}

async function readFirstBlock(path: string, limits: ImageLimits): Promise<Buffer | undefined> {
  for await (const head of readRange(path, 0, 4)) {
    const compression = detectCompression(head);
    if (compression === 'xz' || compression === 'bzip2')
      throw new Error(
        `${posix.basename(path)} is packed with ${compression}: pack it with gzip or zstd, or use COPY`,
      );
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of decompress(readRange(path), limits, 'layerBytes')) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= blockBytes) break;
    }
  } catch {
    return undefined; // it only looks packed: a file as any other
  }
  return Buffer.concat(chunks).subarray(0, blockBytes);
}
