import { join, normalize } from 'node:path';
import type { DocumentNode } from '../document-node.ts';
import type { PlanOptions } from '../plan-options.ts';

/**
 * The absolute path of a bind's source, if the scenario may use it (language.md R14). This looks at the text only;
 * that no symbolic link leads out is checked by the engine when it opens the path.
 */
export function readBindSource(
  node: DocumentNode,
  source: string,
  options: PlanOptions,
  mayBeMissing = false,
): string | undefined {
  if (source.startsWith('~')) {
    node.fail('SCENARIO_WRONG_VALUE', '`~` is not expanded', "write the path from the scenario's folder");
    return undefined;
  }
  const path = trimSlash(
    source.startsWith('/') ? normalize(source) : join(options.scenarioDirectory, source),
  );
  const roots = [options.scenarioDirectory, ...options.allow.hostPaths];
  if (!roots.some((root) => isInside(path, root))) {
    const hint = `copy it beside the scenario, or allow it with --allow-host-binds`;
    node.fail('SCENARIO_FORBIDDEN', `\`${source}\` lies outside the scenario's folder`, hint);
    return undefined;
  }
  if (!mayBeMissing && !options.fileExists(path)) {
    node.fail('SCENARIO_WRONG_VALUE', `there is no \`${source}\``, `looked at ${path}`);
    return undefined;
  }
  return path;
}

export function isInside(path: string, root: string): boolean {
  const base = trimSlash(normalize(root));
  return base === '/' || path === base || path.startsWith(`${base}/`);
}

function trimSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path;
}
