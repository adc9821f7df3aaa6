import type { Json } from '../../../core/json.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { textMatcher, withoutFinalNewline } from '../fact-text.ts';
import { mismatch, verdict } from '../match-result.ts';
import type { Matcher, MatcherProblem, OperandValidator } from '../matcher.ts';
import { pointerStep, textsOf, validateTexts } from '../operand-problem.ts';
import {
  type CompileRegularExpression,
  loadRegularExpressions,
  type RegularExpression,
} from '../regular-expression.ts';

/** Text in which a regular expression, or each of several, is found; with or without one final newline, which `$` would miss. */
export const matches: Matcher = {
  name: 'matches',
  example: "matches: 'port \\d+'",
  validate,
  compile: async (operand) => {
    const compile = await loadRegularExpressions();
    const patterns = textsOf(operand).map((pattern) => compilePattern(pattern, compile));
    const shown = patterns.map(({ pattern }) => `\`${pattern}\``).join(' and ');
    const description = `text that matches ${shown}`;
    return textMatcher('matches', description, (text, fact) => {
      const missing = patterns.filter(({ expression }) => !isFound(expression, text));
      return verdict(missing.length === 0, () => {
        const byLine = missing[0]?.byLine;
        const hint = byLine?.test(text) === true ? ', though a line of it does: begin with (?m)' : '';
        return mismatch(
          fact,
          `does not match ${missing.map(({ pattern }) => `\`${pattern}\``).join(' or ')}${hint}`,
          description,
        );
      });
    });
  },
};

function compilePattern(pattern: string, compile: CompileRegularExpression) {
  const byLine = /[$^]/.test(pattern) ? compile(`(?m)${pattern}`) : undefined;
  return { pattern, expression: compile(pattern), byLine };
}

function isFound(expression: RegularExpression, text: string): boolean {
  const trimmed = withoutFinalNewline(text);
  return expression.test(trimmed) || (trimmed !== text && expression.test(text));
}

async function validate(operand: Json, validator: OperandValidator): Promise<readonly MatcherProblem[]> {
  const problems = validateTexts('matches', operand, validator);
  if (problems.length > 0) return problems;
  const compile = await loadRegularExpressions();
  return textsOf(operand).flatMap((pattern, index) => {
    if (validator.isTemplate(pattern)) return [];
    return problemsOf(pattern, Array.isArray(operand) ? pointerStep(index) : '', compile);
  });
}

function problemsOf(
  pattern: string,
  pointer: string,
  compile: CompileRegularExpression,
): readonly MatcherProblem[] {
  try {
    compile(pattern);
    return [];
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    return [{ code: error.code, pointer, message: error.message, hint: error.hint }];
  }
}
