import { entryContext, listMatcher } from '../list-matcher.ts';
import { allOf, below, mismatch } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';

/** A list whose entries all match. An empty list does not: there `every` would say nothing (R3). */
export const every: Matcher = {
  name: 'every',
  example: 'every: { gt: 0 }',
  judges: () => 'list',
  validate: (operand, { validateNested }) => validateNested(operand, ''),
  compile: async (operand, { context, compileNested }) => {
    const judge = await compileNested(operand, entryContext(context));
    const description = `a list whose every entry is ${judge.description}`;
    return listMatcher('every', description, (entries, fact) =>
      entries.length === 0
        ? mismatch(fact, 'is an empty list, of which `every` says nothing', description)
        : allOf(entries.map((entry, index) => below(`[${index}]`, judge(entry)))),
    );
  },
};
