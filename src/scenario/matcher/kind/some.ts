import { entryContext, listMatcher } from '../list-matcher.ts';
import { mismatch, verdict } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';

/** A list with at least one entry that matches. */
export const some: Matcher = {
  name: 'some',
  example: 'some: { starts_with: a }',
  judges: () => 'list',
  validate: (operand, { validateNested }) => validateNested(operand, ''),
  compile: async (operand, { context, compileNested }) => {
    const judge = await compileNested(operand, entryContext(context));
    const description = `a list with an entry that is ${judge.description}`;
    return listMatcher('some', description, (entries, fact) =>
      verdict(
        entries.some((entry) => judge(entry).matched),
        () => mismatch(fact, `has no entry that is ${judge.description}`, description),
      ),
    );
  },
};
