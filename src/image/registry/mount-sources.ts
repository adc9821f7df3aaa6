import { parseImageReference } from '../../core/image-reference.ts';
import type { KnownImage } from '../store/known-images.ts';

/** Which other repositories of a registry should have a blob, because images of that name have it here. */
export function mountSources(
  images: readonly KnownImage[],
  target: { readonly registry: string; readonly repository: string },
): (digest: string) => readonly string[] {
  const sources = new Map<string, Set<string>>();
  for (const { references, kept } of images) {
    const repositories = references
      .map(parseImageReference)
      .filter(({ registry, repository }) => registry === target.registry && repository !== target.repository)
      .map(({ repository }) => repository);
    for (const { blob } of kept?.layers ?? []) {
      if (blob === undefined) continue;
      const known = sources.get(blob.digest) ?? new Set();
      for (const repository of repositories) known.add(repository);
      sources.set(blob.digest, known);
    }
  }
  return (digest) => [...(sources.get(digest) ?? [])].sort();
}
