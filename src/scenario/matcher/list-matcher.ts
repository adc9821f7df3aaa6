import { isJsonObject, type Json } from '../../core/json.ts';
import type { Fact, MatchResult } from '../../core/matcher.ts';
import type { Scalars } from './compare-json.ts';
import { describe, mismatch } from './match-result.ts';
import type { CompiledMatcher, MatcherContext } from './matcher.ts';
import { nameFact } from './show-fact.ts';

/** A matcher of lists; what is no list is a mismatch that says so. */
export function listMatcher(
  name: string,
  description: string,
  match: (entries: readonly Json[], fact: Fact) => MatchResult,
): CompiledMatcher {
  return describe(description, (fact) => {
    if (Array.isArray(fact)) return match(fact, fact);
    if (fact === undefined) return mismatch(fact, 'does not exist', description);
    const hint = typeof fact === 'string' ? ': use `contains`, `lines` or `json` for text' : '';
    return mismatch(fact, `is ${nameFact(fact)}, but \`${name}\` judges lists${hint}`, description);
  });
}

export function isMapping(fact: Fact): fact is { readonly [key: string]: Json } {
  return !(fact instanceof Uint8Array) && isJsonObject(fact);
}

/** Entries of a document's list are JSON; of a process's lines, text that may spell a number. */
export function scalarsOf(context: MatcherContext): Scalars {
  return context.strict === true ? 'strict' : 'loose';
}

/** Of an entry: what is told of the list's nodes and unit does not hold for it. */
export function entryContext({ subject, strict }: MatcherContext): MatcherContext {
  return { subject: `an entry of ${subject}`, ...(strict === undefined ? {} : { strict }) };
}
