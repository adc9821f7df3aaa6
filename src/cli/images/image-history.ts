import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { KnownImage } from '../../image/store/known-images.ts';

export interface HistoryEntry {
  /** RFC 3339; empty where nothing is said. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly sizeBytes: number;
}

/**
 * What an image was made of, newest first (image-spec config.md, "history"). Entries without a layer have no size; layers that no
 * entry speaks of are shown all the same.
 */
export function imageHistory(image: KnownImage, config: JsonObject): readonly HistoryEntry[] {
  const sizes = image.layers.map(({ sizeBytes }) => sizeBytes);
  const { history } = config;
  const entries = (Array.isArray(history) ? history : []).map((entry: Json): HistoryEntry => {
    if (!isJsonObject(entry)) throw new MayflyError('IMAGE_INVALID', 'the history of the image is malformed');
    return {
      createdAt: textOf(entry.created),
      createdBy: textOf(entry.created_by),
      comment: textOf(entry.comment),
      sizeBytes: entry.empty_layer === true ? 0 : (sizes.shift() ?? 0),
    };
  });
  const rest = sizes.map((sizeBytes) => ({ createdAt: '', createdBy: '', comment: '', sizeBytes }));
  return [...entries, ...rest].reverse();
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
