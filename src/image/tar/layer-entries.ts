import { MayflyError } from '../../core/mayfly-error.ts';
import type { ImageLimits } from '../image-limits.ts';
import type { LayerEntry } from '../layer/layer-entry.ts';
import type { LayerMetadata, LayerTime, LayerXattr } from '../layer-writer.ts';
import { readTar } from './read-tar.ts';
import type { TarEntry } from './tar-entry.ts';

const xattrPrefix = 'SCHILY.xattr.';

export async function* readLayerEntries(
  source: AsyncIterable<Uint8Array>,
  limits: ImageLimits,
): AsyncGenerator<LayerEntry> {
  for await (const entry of readTar(source, limits)) yield toLayerEntry(entry);
}

function toLayerEntry(entry: TarEntry): LayerEntry {
  const { name } = entry;
  switch (entry.type) {
    case 'directory':
    case 'fifo':
      return { kind: entry.type, name, metadata: toMetadata(entry) };
    case 'file':
      return {
        kind: 'file',
        name,
        metadata: toMetadata(entry),
        sizeBytes: entry.sizeBytes,
        content: entry.content,
      };
    case 'symlink':
      return { kind: 'symlink', name, target: toTarget(entry), metadata: toMetadata(entry) };
    case 'hardlink':
      return { kind: 'hardlink', name, target: entry.linkName };
    case 'device':
      return { kind: 'device', name };
    default:
      return entry.type satisfies never;
  }
}

function toTarget(entry: TarEntry): string {
  if (!entry.linkName.includes('\uFFFD')) return entry.linkName;
  throw new MayflyError('IMAGE_INVALID', `the target of the link ${JSON.stringify(entry.name)} is not UTF-8`);
}

function toMetadata(entry: TarEntry): LayerMetadata {
  const xattrs: LayerXattr[] = entry.pax
    .filter(({ key }) => key.startsWith(xattrPrefix))
    .map(({ key, value }) => ({ name: key.slice(xattrPrefix.length), value }));
  return {
    mode: entry.mode & 0o7777,
    uid: entry.uid,
    gid: entry.gid,
    mtime: toTime(entry.mtimeSeconds),
    xattrs,
  };
}

/** 2446-05-10, the last second that ext4 keeps. */
const latestSeconds = 15_032_385_535;

function toTime(seconds: number): LayerTime {
  if (!Number.isFinite(seconds) || seconds <= 0) return { seconds: 0, nanoseconds: 0 };
  const whole = Math.floor(seconds);
  // A double has not the digits for nanoseconds of our time; microseconds are what survives.
  return { seconds: Math.min(whole, latestSeconds), nanoseconds: Math.floor((seconds - whole) * 1e6) * 1000 };
}
