import type { Json } from '../../../core/json.ts';
import { numberMatcher, numberMismatch, operandNumber, validateNumber } from '../fact-number.ts';
import { verdict } from '../match-result.ts';
import type { Matcher, MatcherProblem, OperandValidator } from '../matcher.ts';
import { invalid } from '../operand-problem.ts';
import { showNumber } from '../show-fact.ts';

/** A number from the first to the second, both included. */
export const between: Matcher = {
  name: 'between',
  example: 'between: [1, 5]',
  validate,
  compile: (operand, { context }) => {
    const [low, high] = (Array.isArray(operand) ? operand : []).map((end) =>
      operandNumber(end, context.unit),
    );
    const from = low ?? Number.NaN;
    const to = high ?? Number.NaN;
    const description = `between ${showNumber(from, context.unit)} and ${showNumber(to, context.unit)}`;
    return numberMatcher('between', context, description, (value, fact) =>
      verdict(value >= from && value <= to, () => numberMismatch(value, fact, context, description)),
    );
  },
};

function validate(operand: Json, validator: OperandValidator): readonly MatcherProblem[] {
  if (!Array.isArray(operand) || operand.length !== 2) {
    return [invalid('', '`between` takes a list of two numbers', 'write between: [1, 5]')];
  }
  const problems = operand.flatMap((end: Json, index) =>
    validateNumber('between', end, `/${index}`, validator),
  );
  if (problems.length > 0) return problems;
  const { unit } = validator;
  const [low, high] = operand.map((end: Json) =>
    operandNumber(end, unit === 'ms' || unit === 'bytes' ? unit : undefined),
  );
  if (low === undefined || high === undefined || low <= high) return [];
  return [
    invalid(
      '',
      '`between` has its ends the wrong way round',
      `write between: [${operand[1]}, ${operand[0]}]`,
    ),
  ];
}
