import { compareValue } from '../compare-value.ts';
import { describe, matched, mismatch } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { assertsNothing, invalid } from '../operand-problem.ts';
import { showChoices } from '../show-fact.ts';

/** One of several values, each compared as a bare value is. */
export const oneOf: Matcher = {
  name: 'one_of',
  example: 'one_of: [200, 204]',
  validate: (operand) => {
    if (!Array.isArray(operand)) return [invalid('', '`one_of` takes a list', 'write one_of: [a, b]')];
    return operand.length === 0 ? [assertsNothing('', '`one_of` has an empty list')] : [];
  },
  compile: (operand, { context }) => {
    const choices = Array.isArray(operand) ? operand : [operand];
    const description = showChoices(choices);
    return describe(description, (fact) => {
      const isOne = choices.some((choice) => compareValue(choice, fact, context, 'usual').matched);
      if (isOne) return matched;
      return mismatch(fact, fact === undefined ? 'does not exist' : 'is none of them', description);
    });
  },
};
