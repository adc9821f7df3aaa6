import { numberMatcher, numberMismatch, operandNumber, validateNumber } from './fact-number.ts';
import { verdict } from './match-result.ts';
import type { Matcher } from './matcher.ts';
import { showNumber } from './show-fact.ts';

/** A matcher that compares a number with one other. */
export function orderMatcher(
  name: string,
  words: string,
  holds: (value: number, limit: number) => boolean,
): Matcher {
  return {
    name,
    example: `${name}: 5`,
    validate: (operand, validator) => validateNumber(name, operand, '', validator),
    compile: (operand, { context }) => {
      const limit = operandNumber(operand, context.unit) ?? Number.NaN;
      const description = `${words} ${showNumber(limit, context.unit)}`;
      return numberMatcher(name, context, description, (value, fact) =>
        verdict(holds(value, limit), () => numberMismatch(value, fact, context, description)),
      );
    },
  };
}
