import type { DocumentNode } from '../document-node.ts';

/** Compose's `list_or_dict`: `{ A: 1 }` or `["A=1"]`; a name without a value is null. */
export function parseAssignments(node: DocumentNode): Readonly<Record<string, string | null>> {
  const entries: (readonly [string, string | null])[] = [];
  if (node.isList) {
    for (const item of node.items()) {
      const text = item.text();
      if (text === undefined) continue;
      const equals = text.indexOf('=');
      entries.push(equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)]);
    }
  } else {
    for (const [name, value] of node.entries())
      entries.push([name, value.present ? (value.scalarText() ?? '') : null]);
  }
  return Object.fromEntries(entries);
}

/** The same where a name without a value means an empty one: labels, annotations. */
export function parseLabels(node: DocumentNode): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parseAssignments(node)).map(([name, value]) => [name, value ?? '']),
  );
}
