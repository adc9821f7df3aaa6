import type { Expression } from './ast.ts';
import { parseTokens } from './parse-expression.ts';
import { tokenize } from './tokenize.ts';

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly expression: Expression };

const opening = '${{';
const closing = '}}';
/** Stands for the characters `${{` themselves. A single `$` before any other text is left alone: it belongs to the shell. */
const escaped = '$${{';

/** The literal and the computed parts of a text, in order; throws EXPRESSION_SYNTAX. */
export function parseTemplate(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  let offset = 0;
  for (;;) {
    const found = template.indexOf(opening, offset);
    if (found < 0) break;
    // `$${{` is found one character late, by its inner `${{`.
    if (found > offset && template[found - 1] === '$') {
      literal += `${template.slice(offset, found - 1)}${opening}`;
      offset = found + opening.length;
      continue;
    }
    literal += template.slice(offset, found);
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
    const tokens = tokenize(template, found + opening.length, true);
    parts.push({ kind: 'expression', expression: parseTokens(template, tokens) });
    offset = (tokens.at(-1)?.offset ?? template.length) + closing.length;
  }
  literal += template.slice(offset);
  if (literal !== '' || parts.length === 0) parts.push({ kind: 'text', text: literal });
  return parts;
}

/** A text that `parseTemplate` reads back as exactly `literal`. */
export function escapeTemplate(literal: string): string {
  return literal.replaceAll(opening, () => escaped);
}

/** Whether a text has anything for `parseTemplate` to do. */
export function isTemplate(text: string): boolean {
  return text.includes(opening);
}
