import { describe, mismatch, verdict } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { invalid } from '../operand-problem.ts';

/** Whether there is a value at all; null is one. */
export const exists: Matcher = {
  name: 'exists',
  example: 'exists: true',
  validate: (operand, { isTemplate }) =>
    typeof operand === 'boolean' || isTemplate(operand) ? [] : [invalid('', '`exists` takes true or false')],
  compile: (operand) => {
    const wanted = operand === true;
    const description = wanted ? 'something' : 'nothing';
    return describe(description, (fact) =>
      verdict((fact !== undefined) === wanted, () =>
        mismatch(fact, wanted ? 'does not exist' : 'exists', description),
      ),
    );
  },
};
