import { isJsonObject, type Json } from '../../core/json.ts';
import type { Expression, TemplateNode } from './parse-template.ts';
import { templateFunctions } from './template-functions.ts';
import { TemplateError } from './template-token.ts';
import { isTrue, printValue } from './template-values.ts';

/** A template over data, as Go's text/template prints it. @throws TemplateError */
export function renderTemplate(nodes: readonly TemplateNode[], data: Json): string {
  return nodes.map((node) => renderNode(node, data)).join('');
}

function renderNode(node: TemplateNode, data: Json): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'value':
      return printValue(evaluate(node.value, data));
    case 'if':
      return renderTemplate(isTrue(evaluate(node.value, data)) ? node.body : node.otherwise, data);
    case 'with': {
      const value = evaluate(node.value, data);
      return isTrue(value) ? renderTemplate(node.body, value) : renderTemplate(node.otherwise, data);
    }
    case 'range': {
      const items = itemsOf(evaluate(node.value, data));
      if (items.length === 0) return renderTemplate(node.otherwise, data);
      return items.map((item) => renderTemplate(node.body, item)).join('');
    }
    default:
      return node satisfies never;
  }
}

function evaluate(expression: Expression, data: Json): Json {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'field':
      return expression.path.reduce(fieldOf, data);
    case 'call': {
      const apply = Object.hasOwn(templateFunctions, expression.name)
        ? templateFunctions[expression.name]
        : undefined;
      if (apply === undefined) {
        const known = Object.keys(templateFunctions).join(', ');
        throw new TemplateError(`there is no function \`${expression.name}\`; there are ${known}`);
      }
      return apply(expression.arguments.map((argument) => evaluate(argument, data)));
    }
    default:
      return expression satisfies never;
  }
}

function fieldOf(value: Json, name: string): Json {
  if (isJsonObject(value) && Object.hasOwn(value, name)) return value[name] ?? null;
  // What a document may leave out is nothing; where nothing has fields, the name is a mistake.
  if (isJsonObject(value)) {
    const known = Object.keys(value).slice(0, 40).join(', ');
    throw new TemplateError(`there is no field \`.${name}\`; there are ${known || 'none'}`);
  }
  if (value === null) return null;
  throw new TemplateError(`\`.${name}\` is asked of something that has no fields`);
}

function itemsOf(value: Json): readonly Json[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  if (isJsonObject(value))
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, item]) => item ?? null);
  throw new TemplateError('`range` needs a list or a map');
}
