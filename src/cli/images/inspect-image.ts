import { parseImageReference, renderFamiliar } from '../../core/image-reference.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { KnownImage } from '../../image/store/known-images.ts';

/** What `docker image inspect` says of an image, in its words, from the image's own configuration. */
export function inspectImage(image: KnownImage, config: JsonObject): JsonObject {
  const names = image.references.map(parseImageReference);
  const variant = config.variant ?? undefined;
  return {
    Id: image.id,
    RepoTags: names
      .filter(({ tag }) => tag !== undefined)
      .map(renderFamiliar)
      .sort(),
    RepoDigests: names
      .filter(({ digest }) => digest !== undefined)
      .map(renderFamiliar)
      .sort(),
    Comment: config.comment ?? '',
    Created: image.createdAt,
    Author: config.author ?? '',
    Config: config.config ?? {},
    Architecture: config.architecture ?? '',
    ...(variant === undefined ? {} : { Variant: variant }),
    Os: config.os ?? '',
    Size: image.sizeBytes,
    RootFS: { Type: 'layers', Layers: image.layers.map(({ diffId }) => diffId) },
    Metadata: { LastTagTime: null },
    Mayfly: mayflyFacts(image),
  };
}

/** What Docker has no word for. */
function mayflyFacts({ kept, records }: KnownImage): JsonObject {
  const layers: Json = (kept?.layers ?? []).map(({ diffId, sizeBytes, blob }) => ({
    DiffId: diffId,
    Size: sizeBytes,
    Blob:
      blob === undefined ? null : { MediaType: blob.mediaType, Digest: blob.digest, Size: blob.sizeBytes },
  }));
  return {
    Manifest: kept?.manifest ?? null,
    Layers: layers,
    Scenarios: records.map(({ name, source }) => ({ Name: name, Source: source.kind })),
    Packages: [...(records.find(({ packages }) => packages !== undefined)?.packages ?? [])],
  };
}
