import { includesJson } from '../compare-json.ts';
import { listMatcher, scalarsOf } from '../list-matcher.ts';
import { allOf, mismatch } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { assertsNothing, invalid } from '../operand-problem.ts';
import { showFact } from '../show-fact.ts';

/** A list with each of these values among its entries, in any order, others allowed; each as `includes` finds it. */
export const includesAll: Matcher = {
  name: 'includes_all',
  example: 'includes_all: [a, b]',
  judges: () => 'list',
  validate: (operand, { isTemplate }) => {
    if (isTemplate(operand)) return [];
    if (!Array.isArray(operand))
      return [invalid('', '`includes_all` takes a list', 'write includes: for one value')];
    return operand.length === 0 ? [assertsNothing('', '`includes_all` has an empty list')] : [];
  },
  compile: (operand, { context }) => {
    const wanted = Array.isArray(operand) ? operand : [operand];
    const description = `a list that includes ${wanted.map(showFact).join(' and ')}`;
    return listMatcher('includes_all', description, (entries, fact) =>
      allOf(
        wanted
          .filter((value) => !entries.some((entry) => includesJson(value, entry, scalarsOf(context))))
          .map((value) => mismatch(fact, `does not include ${showFact(value)}`, description)),
      ),
    );
  },
};
