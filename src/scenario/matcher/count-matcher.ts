import type { Json } from '../../core/json.ts';
import type { Fact } from '../../core/matcher.ts';
import { operandNumber } from './fact-number.ts';
import { describe, mismatch, verdict } from './match-result.ts';
import type { Matcher, OperandValidator, Problems } from './matcher.ts';
import { invalid } from './operand-problem.ts';
import { nameFact } from './show-fact.ts';

export interface Count {
  readonly count: number;
  /** Of what, in singular and plural. */
  readonly of: readonly [one: string, many: string];
}

/** A matcher of how many of something a fact has: a number, or a matcher of the number. */
export function countMatcher(name: string, count: (fact: Fact) => Count | undefined): Matcher {
  return {
    name,
    example: `${name}: { gt: 0 }`,
    judges: () => 'list',
    validate: (operand, validator) => validateCount(name, operand, validator),
    compile: async (operand, { context, compileNested }) => {
      const wanted = operandNumber(operand, undefined) ?? operand;
      const judge = await compileNested(wanted, { subject: `${name} of ${context.subject}`, strict: true });
      const description = `of ${name} ${judge.description}`;
      return describe(description, (fact) => {
        if (fact === undefined) return mismatch(fact, 'does not exist', description);
        const found = count(fact);
        if (found === undefined)
          return mismatch(fact, `is ${nameFact(fact)}, which has no ${name}`, description);
        const shown = `${found.count} ${found.count === 1 ? found.of[0] : found.of[1]}`;
        return verdict(judge(found.count).matched, () => mismatch(fact, `has ${shown}`, description));
      });
    },
  };
}

function validateCount(name: string, operand: Json, validator: OperandValidator): Problems {
  if (typeof operand === 'object') return validator.validateNested(operand, '');
  const wanted = operandNumber(operand, undefined) ?? -1;
  const isCount = Number.isInteger(wanted) && wanted >= 0;
  return isCount || validator.isTemplate(operand)
    ? []
    : [invalid('', `\`${name}\` takes a number or a matcher of one`)];
}
