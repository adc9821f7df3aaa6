import type { Json } from '../../core/json.ts';
import type { Scope } from '../expression/scope.ts';
import type { DocumentNode } from './document-node.ts';
import { interpolateDocument } from './interpolate-document.ts';
import type { PlanOptions } from './plan-options.ts';
import type { Problems } from './problems.ts';

/**
 * The command line's variables over the scenario's over the configuration's (language.md R32). A variable may read
 * those before it, and what `scope` holds.
 */
export function planVars(
  vars: DocumentNode,
  scope: Scope,
  options: PlanOptions,
  problems: Problems,
): Readonly<Record<string, Json>> {
  const known: Record<string, Json> = { ...options.defaults.vars, ...options.vars };
  for (const [name, node] of vars.entries()) {
    if (Object.hasOwn(options.vars, name)) continue;
    known[name] = interpolateDocument(
      node.value ?? null,
      node.pointer,
      { ...scope, vars: known },
      'all',
      problems,
    );
  }
  return known;
}
