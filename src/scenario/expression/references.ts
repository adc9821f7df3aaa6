import type { Expression } from './ast.ts';
import { parseExpression } from './parse-expression.ts';
import { parseTemplate } from './parse-template.ts';

/** A name that an expression reads: `steps.items.first` is `['steps', 'items', 'first']`. */
export interface Reference {
  readonly path: readonly string[];
  /** In the text given, from 0, in UTF-16 code units. */
  readonly offset: number;
  readonly length: number;
  /** It stands in the first argument of `default(…)`, so it may be undefined. */
  readonly optional: boolean;
}

/** Every name read in the `${{ }}` of a text; throws EXPRESSION_SYNTAX. */
export function referencesOf(template: string): readonly Reference[] {
  return parseTemplate(template).flatMap((part) =>
    part.kind === 'text' ? [] : referencesIn(part.expression, false),
  );
}

/** Every name read in an expression without braces, as `if:` takes it; throws EXPRESSION_SYNTAX. */
export function referencesOfCondition(expression: string): readonly Reference[] {
  return referencesIn(parseExpression(expression), false);
}

function referencesIn(expression: Expression, optional: boolean): readonly Reference[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'path': {
      const path = [expression.namespace, ...expression.segments.map((segment) => String(segment.name))];
      if (expression.port !== undefined) path.push('port');
      return [{ path, offset: expression.offset, length: expression.length, optional }];
    }
    case 'call':
      return expression.arguments.flatMap((argument, index) =>
        referencesIn(argument, optional || (expression.name === 'default' && index === 0)),
      );
    case 'not':
      return referencesIn(expression.operand, optional);
    case 'compare':
    case 'logic':
      return [...referencesIn(expression.left, optional), ...referencesIn(expression.right, optional)];
  }
}
