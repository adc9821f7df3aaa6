import { describe, matched, mismatch } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';

/** Whatever the matcher inside does not match, also what does not exist. */
export const not: Matcher = {
  name: 'not',
  example: 'not: { contains: error }',
  judges: () => 'nodes',
  validate: (operand, { validateNested }) => validateNested(operand, ''),
  compile: async (operand, { context, compileNested }) => {
    const judge = await compileNested(operand, context);
    const description = `not ${judge.description}`;
    return describe(description, (fact) =>
      judge(fact).matched
        ? mismatch(fact, `is ${judge.description}, and should not be`, description)
        : matched,
    );
  },
};
