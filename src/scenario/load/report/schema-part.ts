import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { sharedSchemaJson } from '../../generated/shared-schema.js';
import { pointerSegments } from '../json-pointer.ts';

let shared: Json | undefined;

/** The part of the schema that holds the keyword an error speaks of. Only errors need it, so it is read when the first comes. */
export function schemaPartOf(schemaPath: string): JsonObject {
  shared ??= JSON.parse(sharedSchemaJson) as Json;
  const segments = pointerSegments(schemaPath.slice(1)).slice(0, -1);
  let part: Json | undefined = shared;
  for (const segment of segments) {
    if (isJsonObject(part)) part = part[segment];
    else if (Array.isArray(part)) part = (part as readonly Json[])[Number(segment)];
    else part = undefined;
  }
  return isJsonObject(part) ? part : {};
}

export function textOf(part: JsonObject, keyword: string): string | undefined {
  const value = part[keyword];
  return typeof value === 'string' ? value : undefined;
}

export function wordsOf(part: JsonObject, keyword: string): readonly string[] {
  const value = part[keyword];
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).flatMap((word) => (typeof word === 'object' ? [] : [String(word)]));
}
