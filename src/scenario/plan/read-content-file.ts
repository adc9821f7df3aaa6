import type { DocumentNode } from './document-node.ts';
import type { PlanOptions } from './plan-options.ts';
import { readTextFile } from './read-text-file.ts';
import { readBindSource } from './service/check-bind.ts';

/** The text of a file that a config or secret names; the same places are allowed as for a bind. */
export function readContentFile(
  node: DocumentNode,
  options: PlanOptions,
  fallback?: string,
): string | undefined {
  const path = node.text();
  if (path === undefined) return undefined;
  const absolute = readBindSource(node, path, options, fallback !== undefined);
  if (absolute === undefined) return undefined;
  return options.fileExists(absolute) ? readTextFile(node, absolute, options) : fallback;
}
