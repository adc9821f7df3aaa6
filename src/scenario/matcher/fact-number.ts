import type { Json } from '../../core/json.ts';
import type { Fact, MatchResult } from '../../core/matcher.ts';
import { parseDurationMs, parseSizeBytes } from '../../core/units.ts';
import { describe, mismatch } from './match-result.ts';
import type { CompiledMatcher, MatcherContext, MatcherProblem, OperandValidator } from './matcher.ts';
import { invalid } from './operand-problem.ts';
import { nameFact, showFact, showNumber } from './show-fact.ts';

/** A number as JSON writes it, with white space around, as `wc` prints it. */
const numeral = /^\s*-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/;

/** The number of a fact: itself, or, outside documents, text that is one. */
export function numberOf(fact: Fact, context: Pick<MatcherContext, 'strict'>): number | undefined {
  if (typeof fact === 'number') return fact;
  if (typeof fact !== 'string' || context.strict === true || !numeral.test(fact)) return undefined;
  return Number(fact);
}

/** The number of an operand: itself, text that is one (captures are text), or `2s`, `64m` where the unit is known. */
export function operandNumber(operand: Json | undefined, unit: MatcherContext['unit']): number | undefined {
  if (typeof operand === 'number') return operand;
  if (typeof operand !== 'string') return undefined;
  if (unit === 'ms') return parseDurationMs(operand);
  if (unit === 'bytes') return parseSizeBytes(operand);
  return numeral.test(operand) ? Number(operand) : undefined;
}

/** Whether an operand can be compared with numbers. Without a known unit, every unit is accepted: the fact's is told later. */
export function validateNumber(
  name: string,
  operand: Json | undefined,
  pointer: string,
  { isTemplate, unit }: Pick<OperandValidator, 'isTemplate' | 'unit'>,
): readonly MatcherProblem[] {
  if (operand === undefined || isTemplate(operand)) return [];
  if (unit === 'ms' && typeof operand === 'number' && operand !== 0) {
    const hint = `write ${operand}ms or ${operand}s`;
    return [{ code: 'SCENARIO_WRONG_UNIT', pointer, message: `\`${name}: ${operand}\` has no unit`, hint }];
  }
  const units = unit === 'unknown' ? (['none', 'ms', 'bytes'] as const) : [unit];
  if (units.some((each) => operandNumber(operand, each === 'none' ? undefined : each) !== undefined))
    return [];
  return [invalid(pointer, `\`${name}\` takes ${wanted[unit]}, not ${JSON.stringify(operand)}`)];
}

const wanted = {
  ms: 'a duration such as 2s',
  bytes: 'a size such as 64m',
  none: 'a number',
  unknown: 'a number',
} as const;

/** A matcher of numbers; what is no number is a mismatch that says so. */
export function numberMatcher(
  name: string,
  context: MatcherContext,
  description: string,
  match: (value: number, fact: Fact) => MatchResult,
): CompiledMatcher {
  return describe(description, (fact) => {
    const value = numberOf(fact, context);
    if (value !== undefined) return match(value, fact);
    if (fact === undefined) return mismatch(fact, 'does not exist', description);
    return mismatch(fact, `is ${nameFact(fact)}, but \`${name}\` compares numbers`, description);
  });
}

/** A number that is not as declared, shown with its unit. */
export function numberMismatch(
  value: number,
  fact: Fact,
  context: MatcherContext,
  expected: string,
): MatchResult {
  const shown = showNumber(value, context.unit);
  const actual = context.unit === undefined ? showFact(fact) : shown;
  return {
    matched: false,
    mismatches: [{ path: '', message: `is ${shown}, not ${expected}`, expected, actual }],
  };
}
