import { isJsonObject, type Json } from '../../core/json.ts';

/** "The empty values are false, 0, any nil …, and any array, slice, map, or string of length zero." */
export function isTrue(value: Json): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isJsonObject(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** As fmt.Print does: `[a b]`, `map[k:v]` with sorted keys. */
export function printValue(value: Json): string {
  if (value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(printValue).join(' ')}]`;
  if (!isJsonObject(value)) return String(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${printValue(item ?? null)}`).join(' ')}]`;
}
