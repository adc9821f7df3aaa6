import { relative } from 'node:path';
import type { Image, ImageSource } from '../../core/image.ts';
import { parseImageReference, renderReference, withDefaultTag } from '../../core/image-reference.ts';
import type { identityOf, LockEntry } from './lock-file.ts';

/** What a lock calls an image's source; nothing of `host`, which is what this machine has, and of `build`, which is made here. */
export function wordsOf(
  source: ImageSource,
  platform: string,
  directory: string,
): Parameters<typeof identityOf>[0] | undefined {
  switch (source.kind) {
    case 'debian':
      return { debian: source.options, platform };
    case 'registry':
      return { registry: renderReference(withDefaultTag(parseImageReference(source.reference))), platform };
    case 'archive':
    case 'oci': {
      const place = { source: source.kind, path: relative(directory, source.path), platform };
      return source.reference === undefined ? place : { ...place, reference: source.reference };
    }
    case 'rootfs':
      return { source: 'rootfs', path: relative(directory, source.path), platform };
    case 'host':
    case 'build':
      return undefined;
    default:
      return source satisfies never;
  }
}

/** What an image that was made from it has resolved to. */
export function entryOf(source: ImageSource, image: Image, directory: string): LockEntry | undefined {
  const words = wordsOf(source, image.platform, directory);
  if (words === undefined) return undefined;
  if ('debian' in words)
    return image.packages === undefined ? undefined : { ...words, packages: image.packages };
  const { sourceId: id = image.id, digest } = image;
  if ('registry' in words) return digest === undefined ? { ...words, id } : { ...words, id, digest };
  return { ...words, id };
}
