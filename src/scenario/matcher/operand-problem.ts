import type { Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { MatcherContext, MatcherProblem, OperandValidator } from './matcher.ts';

/** An operand that cannot be used. */
export function invalid(pointer: string, message: string, hint?: string): MatcherProblem {
  return { code: 'MATCHER_INVALID', pointer, message, ...(hint === undefined ? {} : { hint }) };
}

/** A matcher that every fact would pass (R3). */
export function assertsNothing(pointer: string, message: string, hint?: string): MatcherProblem {
  return { code: 'SCENARIO_ASSERTS_NOTHING', pointer, message, ...(hint === undefined ? {} : { hint }) };
}

/** Texts only: a scalar, since YAML reads `404` as a number, or a list of them. An empty one is part of every text. */
export function validateTexts(
  name: string,
  operand: Json,
  { isTemplate }: Pick<OperandValidator, 'isTemplate'>,
): readonly MatcherProblem[] {
  if (!Array.isArray(operand)) return validateText(name, operand, '', isTemplate);
  if (operand.length === 0) return [assertsNothing('', `\`${name}\` has an empty list`)];
  return operand.flatMap((entry: Json, index) => validateText(name, entry, `/${index}`, isTemplate));
}

function validateText(
  name: string,
  operand: Json,
  pointer: string,
  isTemplate: OperandValidator['isTemplate'],
): readonly MatcherProblem[] {
  if (isTemplate(operand)) return [];
  if (operand === '') return [assertsNothing(pointer, `\`${name}\` with an empty text holds for every text`)];
  if (operand !== null && typeof operand !== 'object') return [];
  return [invalid(pointer, `\`${name}\` takes text, not ${JSON.stringify(operand)}`)];
}

/** What `validateTexts` let pass, as texts. */
export function textsOf(operand: Json): readonly string[] {
  return Array.isArray(operand) ? operand.map(String) : [String(operand)];
}

/** JSON Pointer steps (RFC 6901, section 3). */
export function pointerStep(key: string | number): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function toMayflyError(problem: MatcherProblem, context: MatcherContext): MayflyError {
  const details = problem.hint === undefined ? {} : { hint: problem.hint };
  return new MayflyError(problem.code, `${context.subject}: ${problem.message}`, details);
}
