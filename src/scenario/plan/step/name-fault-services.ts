import { faultWords } from '../../../core/fault.ts';
import type { Json } from '../../../core/json.ts';
import type { DocumentNode } from '../document-node.ts';
import { instancesOf, resolveInstance, type Scales } from '../service/instance-names.ts';

/**
 * A fault's value in the one form that the runner reads: every place of services is a list with the names of instances, all of
 * them where a scaled service is named; a partition is a list of such lists, or `{ from, to }`.
 */
export function nameFaultServices(node: DocumentNode, scales: Scales): Json {
  const entries = node.entries().map(([key, child]): [string, Json] => {
    const isKind = faultWords.some((word) => word === key);
    return [key, isKind ? operandOf(child, scales) : (child.value ?? null)];
  });
  return Object.fromEntries(entries);
}

function operandOf(node: DocumentNode, scales: Scales): Json {
  if (node.isList) return node.items().map((group) => instancesIn(group, scales));
  if (!node.isMap) return { service: instancesIn(node, scales) };
  const entries = node.entries().map(([key, child]): [string, Json] => {
    const isPlace = key === 'service' || key === 'from' || key === 'to';
    return [key, isPlace ? instancesIn(child, scales) : (child.value ?? null)];
  });
  return Object.fromEntries(entries);
}

function instancesIn(node: DocumentNode, scales: Scales): readonly string[] {
  return node.itemsOrSelf().flatMap((item) => {
    const text = item.text() ?? '';
    if (text.includes('${{')) return [text];
    const one = resolveInstance(item, text, scales);
    if (one === undefined) return [];
    return /\[\d+\]$/.test(text) ? [one] : instancesOf(text, scales).map(({ name }) => name);
  });
}
