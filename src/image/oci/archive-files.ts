import { posix } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { type ImageLimits, limitError } from '../image-limits.ts';
import { parseEntryName, showName } from '../layer/entry-path.ts';
import { readRange } from '../read-file.ts';
import { readTar } from '../tar/read-tar.ts';
import type { TarEntry } from '../tar/tar-entry.ts';
import type { ImageFiles } from './image-files.ts';

type Place =
  | { readonly kind: 'bytes'; readonly offset: number; readonly sizeBytes: number }
  /** `docker save` before version 25 writes a layer once and links to it from its other places. */
  | { readonly kind: 'link'; readonly to: string };

const maxLinks = 8;

/** The files inside an unpacked tar, read in place. Nothing of it is written anywhere. */
export async function openArchiveFiles(
  path: string,
  where: string,
  limits: ImageLimits,
): Promise<ImageFiles> {
  const places = new Map<string, Place>();
  let count = 0;
  for await (const entry of readTar(readRange(path), limits)) {
    count += 1;
    if (count > limits.archiveEntries)
      throw limitError('archiveEntries', limits, 'the archive has too many entries');
    addPlace(places, entry, limits);
  }
  return {
    where,
    has: (name) => findBytes(places, name) !== undefined,
    open: (name) => {
      const found = findBytes(places, name);
      if (found === undefined)
        throw new MayflyError('IMAGE_NOT_FOUND', `${where} does not hold ${showName(name)}`);
      return readRange(path, found.offset, found.sizeBytes);
    },
  };
}

function addPlace(places: Map<string, Place>, entry: TarEntry, limits: ImageLimits): void {
  const name = parseEntryName(entry.name, limits).join('/');
  if (entry.type === 'directory') return;
  if (places.has(name)) throw new MayflyError('IMAGE_HOSTILE', `the archive holds ${showName(name)} twice`);
  if (entry.type === 'file' && !entry.sparse)
    places.set(name, { kind: 'bytes', offset: entry.byteOffset, sizeBytes: entry.sizeBytes });
  else if (entry.type === 'hardlink')
    places.set(name, { kind: 'link', to: parseEntryName(entry.linkName, limits).join('/') });
  else if (entry.type === 'symlink')
    places.set(name, { kind: 'link', to: posix.join(posix.dirname(name), entry.linkName) });
}

/** A link that leads out of the archive names nothing in it. */
function findBytes(
  places: ReadonlyMap<string, Place>,
  name: string,
): Extract<Place, { kind: 'bytes' }> | undefined {
  let place = places.get(posix.normalize(name));
  for (let followed = 0; place?.kind === 'link' && followed < maxLinks; followed += 1)
    place = places.get(place.to);
  return place?.kind === 'bytes' ? place : undefined;
}
