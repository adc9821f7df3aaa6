import type { Matcher } from '../matcher.ts';
import { assertsNothing, invalid } from '../operand-problem.ts';

/** Every matcher of the list holds; the same as the list without `all`. */
export const all: Matcher = {
  name: 'all',
  example: 'all: [{ contains: a }, { contains: b }]',
  judges: () => 'nodes',
  validate: (operand, { validateNested }) => {
    if (!Array.isArray(operand)) return [invalid('', '`all` takes a list of matchers')];
    return operand.length === 0
      ? [assertsNothing('', '`all` has an empty list')]
      : validateNested(operand, '');
  },
  compile: (operand, { context, compileNested }) => compileNested(operand, context),
};
