import type { Json } from '../../core/json.ts';
import type { Fact, MatchResult } from '../../core/matcher.ts';
import { compareJson } from './compare-json.ts';
import { numberOf, operandNumber } from './fact-number.ts';
import { textOf, withoutFinalNewline } from './fact-text.ts';
import { failWith, matched, mismatch } from './match-result.ts';
import type { MatcherContext } from './matcher.ts';
import { nameFact, showFact, showNumber } from './show-fact.ts';
import { diffTexts } from './text-diff.ts';

/** `exact` compares text as it is; `usual` ignores one final newline on either side (R21). */
export type Newlines = 'exact' | 'usual';

/** Whether a fact is a declared value: the one meaning of equality, for bare values, `equals` and `one_of`. */
export function compareValue(
  expected: Json,
  fact: Fact,
  context: MatcherContext,
  newlines: Newlines,
): MatchResult {
  if (fact === undefined) return mismatch(fact, 'does not exist', showFact(expected));
  if (context.unit !== undefined && typeof fact === 'number') return compareQuantity(expected, fact, context);
  const text = textOf(fact);
  if (fact instanceof Uint8Array || (text !== undefined && context.strict !== true)) {
    return compareText(expected, text, fact, newlines);
  }
  const found = compareJson(expected, fact, context.strict === true ? 'strict' : 'loose');
  if (found.length === 0) return matched;
  const first = found[0];
  // Two long texts inside a document are compared line by line, too.
  if (found.length > 1 || typeof expected !== 'string' || typeof fact !== 'string') return failWith(found);
  return mismatch(fact, first?.message ?? 'differs', showFact(expected), diffOf(expected, fact));
}

function compareText(expected: Json, text: string | undefined, fact: Fact, newlines: Newlines): MatchResult {
  const shown = showFact(expected);
  if (text === undefined) return mismatch(fact, `is ${nameFact(fact)}, not text`, shown);
  if (typeof expected === 'object' && expected !== null) {
    return mismatch(fact, `is text, not ${nameFact(expected)}: use \`json\` to read it as JSON`, shown);
  }
  const wanted = String(expected);
  if (newlines === 'exact') {
    if (text === wanted) return matched;
    const byNewline = withoutFinalNewline(text) === wanted ? ' by its final newline' : '';
    return mismatch(
      fact,
      `differs${byNewline}`,
      showFact(wanted),
      byNewline === '' ? diffOf(wanted, text) : [],
    );
  }
  const trimmed = withoutFinalNewline(text);
  if (trimmed === withoutFinalNewline(wanted)) return matched;
  if (typeof expected === 'number' && numberOf(trimmed, {}) === expected) return matched;
  return mismatch(fact, 'differs', shown, diffOf(withoutFinalNewline(wanted), trimmed));
}

/** A number that counts something, with an operand such as `2s` or `64m`. */
function compareQuantity(expected: Json, fact: number, { unit }: MatcherContext): MatchResult {
  const wanted = operandNumber(expected, unit);
  if (wanted === fact) return matched;
  return mismatch(
    fact,
    `is ${showNumber(fact, unit)}`,
    wanted === undefined ? showFact(expected) : showNumber(wanted, unit),
  );
}

/** For texts of several lines; one line is told by expected and actual. */
function diffOf(expected: string, actual: string): readonly string[] {
  if (!expected.includes('\n') && !actual.includes('\n')) return [];
  return diffTexts(`${expected}\n`, `${actual}\n`);
}
