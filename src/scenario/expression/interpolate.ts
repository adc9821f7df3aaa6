import type { Json } from '../../core/json.ts';
import { evaluate } from './evaluate.ts';
import { ExpressionError } from './expression-error.ts';
import { nameOfType } from './functions.ts';
import { parseTemplate, type TemplatePart } from './parse-template.ts';
import type { Scope } from './scope.ts';

/** The longest text interpolation makes; guards against texts that double at every step. */
const maxInterpolatedLength = 4 * 2 ** 20;

/**
 * A text with its `${{ }}` replaced by their values (R7). A text that is one whole expression gives the value with its type.
 * `$${{` gives `${{`; `$x` and `${x}` stay. Throws EXPRESSION_SYNTAX, EXPRESSION_UNDEFINED, EXPRESSION_TYPE.
 */
export function interpolate(template: string, scope: Scope): Json {
  const parts = parseTemplate(template);
  const [first] = parts;
  if (parts.length === 1 && first?.kind === 'expression') return evaluate(first.expression, template, scope);
  let result = '';
  for (const part of parts) {
    result += renderPart(part, template, scope);
    if (result.length > maxInterpolatedLength) throw tooLong(template);
  }
  return result;
}

function renderPart(part: TemplatePart, template: string, scope: Scope): string {
  if (part.kind === 'text') return part.text;
  const value = evaluate(part.expression, template, scope);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  // Never an empty text for what is not there, and no guess at how a list should look.
  const hint = value === null ? "write default(…, '') if it may be empty" : 'write json(…) for it as JSON';
  const message = `${nameOfType(value)} cannot stand inside text`;
  const { offset, length } = part.expression;
  throw new ExpressionError('EXPRESSION_TYPE', message, { text: template, offset, length }, hint);
}

function tooLong(template: string): ExpressionError {
  const message = `a text grows beyond maxInterpolatedLength (${maxInterpolatedLength} characters)`;
  return new ExpressionError(
    'SCENARIO_LIMIT',
    message,
    { text: template, offset: 0, length: 1 },
    'make it smaller',
  );
}
