import type { Json } from '../../../core/json.ts';
import type { MatchResult } from '../../../core/matcher.ts';
import { compareJson, includesJson, type Scalars } from '../compare-json.ts';
import { isMapping, listMatcher, scalarsOf } from '../list-matcher.ts';
import { allOf, describe, failWith, matched, mismatch, verdict } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { showFact } from '../show-fact.ts';

/**
 * A list with this value among its entries; a mapping with these entries among its own. A mapping given as the value need only
 * be a part of the one found, at any depth.
 */
export const includes: Matcher = {
  name: 'includes',
  example: 'includes: { id: 7 }',
  judges: () => 'list',
  validate: () => [],
  compile: (operand, { context }) => {
    const scalars = scalarsOf(context);
    const description = `a list or mapping that includes ${showFact(operand)}`;
    const inList = listMatcher('includes', description, (entries, fact) =>
      verdict(
        entries.some((entry) => includesJson(operand, entry, scalars)),
        () => mismatch(fact, `does not include ${showFact(operand)}`, description),
      ),
    );
    return describe(description, (fact) =>
      isMapping(fact) && isMapping(operand) ? partOf(operand, fact, scalars) : inList(fact),
    );
  },
};

function partOf(
  expected: { readonly [key: string]: Json },
  actual: { readonly [key: string]: Json },
  scalars: Scalars,
): MatchResult {
  const differing = Object.entries(expected).filter(
    ([key, value]) => !Object.hasOwn(actual, key) || !includesJson(value, actual[key] ?? null, scalars),
  );
  const results = differing.map(([key, value]) => {
    const found = Object.hasOwn(actual, key) ? { [key]: actual[key] ?? null } : {};
    return failWith(compareJson({ [key]: value }, found, scalars));
  });
  return results.length === 0 ? matched : allOf(results);
}
