import { compareValue } from '../compare-value.ts';
import { describe } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { showFact } from '../show-fact.ts';

/** Exactly this value: of text every character, the final newline too. */
export const equals: Matcher = {
  name: 'equals',
  example: 'equals: "ready\\n"',
  judges: (operand) => (Array.isArray(operand) ? 'list' : 'value'),
  validate: () => [],
  compile: (operand, { context }) =>
    describe(showFact(operand), (fact) => compareValue(operand, fact, context, 'exact')),
};
