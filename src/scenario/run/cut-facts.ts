import { isJsonObject, type Json } from '../../core/json.ts';
import type { Fact } from '../../core/matcher.ts';

/** Facts as an event carries them: bytes are named, long texts cut, and both say so. */
export function cutFacts(facts: Readonly<Record<string, Fact>>, keepCharacters: number): Json {
  const entries = Object.entries(facts).flatMap(([name, fact]): [string, Json][] =>
    fact === undefined ? [] : [[name, cutFact(fact, keepCharacters)]],
  );
  return Object.fromEntries(entries);
}

function cutFact(fact: Json | Uint8Array, keep: number): Json {
  if (fact instanceof Uint8Array) return `[${fact.length} bytes that are not UTF-8]`;
  if (typeof fact === 'string') return cutText(fact, keep);
  if (Array.isArray(fact)) return fact.map((entry: Json) => cutFact(entry, keep));
  if (!isJsonObject(fact)) return fact;
  return Object.fromEntries(Object.entries(fact).map(([key, value]) => [key, cutFact(value, keep)]));
}

function cutText(text: string, keep: number): string {
  if (text.length <= keep) return text;
  return `${text.slice(0, keep)}\n[cut: ${keep} of ${text.length} characters are shown; the limit is keepCharacters]`;
}
