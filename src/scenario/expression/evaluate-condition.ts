import { evaluate, isTruthy } from './evaluate.ts';
import { ExpressionError } from './expression-error.ts';
import { parseExpression } from './parse-expression.ts';
import { isTemplate } from './parse-template.ts';
import type { Scope } from './scope.ts';

/** What `if:` decides; throws EXPRESSION_SYNTAX, EXPRESSION_UNDEFINED, EXPRESSION_TYPE. */
export function evaluateCondition(expression: string, scope: Scope): boolean {
  checkCondition(expression);
  return isTruthy(evaluate(parseExpression(expression), expression, scope));
}

/** Throws when `if:` holds braces: `${{ a }} == 'b'` would otherwise be read as neither text nor expression. */
function checkCondition(expression: string): void {
  if (!isTemplate(expression)) return;
  const place = { text: expression, offset: expression.indexOf('${{'), length: '${{'.length };
  const hint = 'leave out `${{` and `}}`';
  throw new ExpressionError('EXPRESSION_SYNTAX', '`if:` takes an expression without braces', place, hint);
}
