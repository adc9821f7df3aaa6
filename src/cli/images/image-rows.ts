import type { ImageReference } from '../../core/image-reference.ts';
import { familiarRepository, parseImageReference } from '../../core/image-reference.ts';
import type { JsonObject } from '../../core/json.ts';
import { type KnownImage, shortId } from '../../image/store/known-images.ts';
import { renderAgo, renderTime } from '../format/human-duration.ts';
import { humanSize } from '../format/human-size.ts';

/** A line of `mayfly images`: an image under one of its names. */
export interface ImageRow {
  readonly image: KnownImage;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const none = '<none>';

/** A row per name; the digest of a repository stands beside its tags, and alone where it has none. */
export function imageRows(image: KnownImage): readonly ImageRow[] {
  const references = image.references.map(parseImageReference);
  if (references.length === 0) return [{ image, repository: none, tag: none, digest: none }];
  const repositories = [...new Set(references.map(familiarRepository))].sort();
  return repositories.flatMap((repository) => {
    const own = references.filter((reference) => familiarRepository(reference) === repository);
    const tags = sorted(own, 'tag');
    const digests = sorted(own, 'digest');
    const row = (tag: string, digest: string): ImageRow => ({ image, repository, tag, digest });
    if (tags.length === 0) return digests.map((digest) => row(none, digest));
    return tags.map((tag) => row(tag, digests[0] ?? none));
  });
}

function sorted(references: readonly ImageReference[], part: 'tag' | 'digest'): readonly string[] {
  return references
    .map((reference) => reference[part])
    .filter((value) => value !== undefined)
    .sort();
}

/** The fields of a row, under Docker's names. */
export function toFields(row: ImageRow, nowMs: number, whole: boolean): JsonObject {
  const { image } = row;
  return {
    Repository: row.repository,
    Tag: row.tag,
    Digest: row.digest,
    ID: whole ? image.id : shortId(image.id),
    CreatedSince: renderAgo(image.createdAt, nowMs),
    CreatedAt: renderTime(image.createdAt),
    Size: humanSize(image.sizeBytes),
  };
}

export const imageTitles: Readonly<Record<string, string>> = {
  Repository: 'REPOSITORY',
  Tag: 'TAG',
  Digest: 'DIGEST',
  ID: 'IMAGE ID',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  Size: 'SIZE',
};
