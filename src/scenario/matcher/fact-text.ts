import type { Fact, MatchResult } from '../../core/matcher.ts';
import { describe, mismatch } from './match-result.ts';
import type { CompiledMatcher } from './matcher.ts';
import { nameFact } from './show-fact.ts';

/** The text of a fact: text itself, or bytes that are valid UTF-8; undefined for all else. */
export function textOf(fact: Fact): string | undefined {
  if (typeof fact === 'string') return fact;
  if (!(fact instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(fact);
  } catch {
    return undefined;
  }
}

/** Without one final newline (R21): programs end their output with one, and nobody means it. */
export function withoutFinalNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}

/** The lines of a text; a final newline ends the last one and begins none. */
export function linesOf(text: string): readonly string[] {
  return text === '' ? [] : withoutFinalNewline(text).split(/\r?\n/);
}

/** A matcher of text; what is no text is a mismatch that says so. */
export function textMatcher(
  name: string,
  description: string,
  match: (text: string, fact: Fact) => MatchResult,
): CompiledMatcher {
  return describe(description, (fact) => {
    const text = textOf(fact);
    return text === undefined ? notText(name, fact, description) : match(text, fact);
  });
}

function notText(name: string, fact: Fact, expected: string): MatchResult {
  if (fact === undefined) return mismatch(fact, 'does not exist', expected);
  return mismatch(fact, `is ${nameFact(fact)}, but \`${name}\` judges text`, expected);
}
