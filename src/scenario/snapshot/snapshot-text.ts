import { isJsonObject, type Json } from '../../core/json.ts';
import type { Fact } from '../../core/matcher.ts';
import { textOf } from '../matcher/fact-text.ts';

/** A longer one is refused: use `sha256` or look at a part of it. */
export const snapshotBytes = 2 ** 20;

/** A fact as it is kept: text as it is, with plain line ends; any other value as JSON, keys in order. */
export function snapshotText(fact: Fact): string | undefined {
  if (fact === undefined) return undefined;
  if (typeof fact === 'string' || fact instanceof Uint8Array) return textOf(fact)?.replaceAll('\r\n', '\n');
  return `${JSON.stringify(inOrder(fact), null, 2)}\n`;
}

function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, inOrder(value[key] ?? null)]));
}
