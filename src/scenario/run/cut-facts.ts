import { isJsonObject, type Json } from '../../core/json.ts';
import type { Fact } from '../../core/matcher.ts';
import type { Masker } from '../mask/create-masker.ts';

/**
 * Facts as an event carries them: bytes are named, long texts cut, and both say so. What is cut is masked before: half a secret
 * would not be known for one (language.md R8).
 */
export function cutFacts(
  facts: Readonly<Record<string, Fact>>,
  keepCharacters: number,
  masker: Masker,
): Json {
  const entries = Object.entries(facts).flatMap(([name, fact]): [string, Json][] =>
    fact === undefined ? [] : [[name, cutFact(fact, keepCharacters, masker)]],
  );
  return Object.fromEntries(entries);
}

function cutFact(fact: Json | Uint8Array, keep: number, masker: Masker): Json {
  if (fact instanceof Uint8Array) return `[${fact.length} bytes that are not UTF-8]`;
  if (typeof fact === 'string') return cutText(fact, keep, masker);
  if (Array.isArray(fact)) return fact.map((entry: Json) => cutFact(entry, keep, masker));
  if (!isJsonObject(fact)) return fact;
  return Object.fromEntries(Object.entries(fact).map(([key, value]) => [key, cutFact(value, keep, masker)]));
}

function cutText(text: string, keep: number, masker: Masker): string {
  if (text.length <= keep) return text;
  const masked = masker.text(text);
  if (masked.length <= keep) return masked;
  return `${masked.slice(0, keep)}\n[cut: ${keep} of ${masked.length} characters are shown; the limit is keepCharacters]`;
}
