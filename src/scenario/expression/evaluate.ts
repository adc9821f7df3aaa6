import type { Json } from '../../core/json.ts';
import type { Expression } from './ast.ts';
import { ExpressionError } from './expression-error.ts';
import { functions } from './functions.ts';
import { isEqualValue } from './is-equal-value.ts';
import { resolvePath } from './resolve-path.ts';
import type { Scope } from './scope.ts';

/**
 * The value of an expression. `text` is what it was parsed from, for errors: EXPRESSION_UNDEFINED when it reads what does
 * not exist, EXPRESSION_TYPE when a function gets what it cannot use.
 */
export function evaluate(expression: Expression, text: string, scope: Scope): Json {
  const value = (part: Expression) => evaluate(part, text, scope);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return resolvePath(expression, text, scope, value);
    case 'not':
      return !isTruthy(value(expression.operand));
    case 'compare': {
      const equal = isEqualValue(value(expression.left), value(expression.right));
      return expression.operator === '==' ? equal : !equal;
    }
    case 'logic': {
      // The operands' own values come through, as in GitHub Actions: `vars.a || 'b'`.
      const left = value(expression.left);
      return isTruthy(left) === (expression.operator === '||') ? left : value(expression.right);
    }
    case 'call':
      return expression.name === 'default'
        ? evaluateDefault(expression.arguments, value)
        : evaluateCall(expression, text, value);
  }
}

/** As in GitHub Actions: false, null, 0 and the empty text are not true; everything else is, also the text `false`. */
export function isTruthy(value: Json): boolean {
  return value !== false && value !== null && value !== 0 && value !== '';
}

type CallExpression = Extract<Expression, { readonly kind: 'call' }>;

function evaluateCall(call: CallExpression, text: string, value: (part: Expression) => Json): Json {
  const given = call.arguments.map(value);
  return functions[call.name].apply(given, (index, message) => {
    const { offset, length } = call.arguments[index] ?? call;
    throw new ExpressionError('EXPRESSION_TYPE', `${call.name}: ${message}`, { text, offset, length });
  });
}

/** The fallback stands in for what is undefined, and for null, which YAML makes of `key:` without a value. */
function evaluateDefault(given: readonly Expression[], value: (part: Expression) => Json): Json {
  const [first, fallback] = given;
  if (first === undefined || fallback === undefined) throw new Error('the parser checks the arity of calls');
  try {
    const found = value(first);
    return found === null ? value(fallback) : found;
  } catch (error) {
    if (error instanceof ExpressionError && error.code === 'EXPRESSION_UNDEFINED') return value(fallback);
    throw error;
  }
}
