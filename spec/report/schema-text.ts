import type { Json } from '../../src/core/json.ts';

const lineColumns = 110;

/** JSON as the formatter of this repository writes it: a list that fits on a line stands on one. */
export function renderSchemaText(schema: Json): string {
  return `${render(schema, '', 0)}\n`;
}

function render(value: Json, indent: string, used: number): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    const flat = `[${items.map((item) => JSON.stringify(item)).join(', ')}]`;
    if (items.every((item) => typeof item !== 'object') && used + flat.length <= lineColumns) return flat;
    return `[\n${items.map((item) => inner + render(item, inner, inner.length)).join(',\n')}\n${indent}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([key, entry]) => {
    const head = `${inner}${JSON.stringify(key)}: `;
    return head + render(entry, inner, head.length + 1);
  });
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
