import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { digestHex } from '../../image/digest.ts';
import type { KnownImage } from '../../image/store/known-images.ts';
import type { StorePaths } from '../../image/store/store-paths.ts';

/** An image's configuration as it came, in a document that was verified when it was kept. */
export function readImageConfig({ id }: Pick<KnownImage, 'id'>, paths: StorePaths): JsonObject {
  try {
    const config: Json = JSON.parse(readFileSync(join(paths.blobs, digestHex(id)), 'utf8'));
    if (isJsonObject(config)) return config;
  } catch (cause) {
    throw damaged(id, cause);
  }
  throw damaged(id, undefined);
}

function damaged(id: string, cause: unknown): MayflyError {
  return new MayflyError('STORE_FAILED', `the configuration of ${id} cannot be read`, {
    cause,
    hint: '`mayfly store repair` mends the store',
  });
}

/** Those of its configuration; none where they are not texts. */
export function labelsOf(config: JsonObject): Readonly<Record<string, string>> {
  const own = config.config;
  const labels = isJsonObject(own) ? own.Labels : undefined;
  if (!isJsonObject(labels)) return {};
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
