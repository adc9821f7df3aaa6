import { join } from 'node:path';
import { controlActions } from '../../../core/control-actions.ts';
import { isJsonObject, type Json } from '../../../core/json.ts';
import type { StepKind } from '../../../core/step-kind.ts';
import type { DocumentNode } from '../document-node.ts';
import type { PlanOptions } from '../plan-options.ts';
import { isInside } from '../service/check-bind.ts';
import { resolveInstance, type Scales } from '../service/instance-names.ts';
import { nameFaultServices } from './name-fault-services.ts';

/**
 * A step's value with every service it names replaced by the name of one instance, so that the runner meets names of
 * `ServicePlan`s only. What is not known before the run stays as it is.
 */
export function nameInstances(
  kind: StepKind,
  node: DocumentNode,
  scales: Scales,
  options: PlanOptions,
): Json {
  const value = node.value ?? null;
  if (kind === 'fault') return nameFaultServices(node, scales);
  if (!isJsonObject(value)) return value;
  switch (kind) {
    case 'control':
      return replaceKeys(node, controlActions, (child, text) => resolveInstance(child, text, scales) ?? text);
    case 'logs':
      return replaceKeys(node, ['service'], (child, text) => resolveInstance(child, text, scales) ?? text);
    case 'copy':
      return replaceKeys(node, ['from', 'to'], (child, text) => placeOfCopy(child, text, scales, options));
    default:
      return value;
  }
}

function replaceKeys(
  node: DocumentNode,
  keys: readonly string[],
  replace: (child: DocumentNode, text: string) => string,
): Json {
  const entries = node.entries().map(([key, child]): [string, Json] => {
    const value = child.value ?? null;
    const known = typeof value === 'string' && !value.includes('${{');
    return [key, keys.includes(key) && known ? replace(child, value) : value];
  });
  return Object.fromEntries(entries);
}

/** `service:/path`, or a path of this machine, which must lie where a bind's could. */
function placeOfCopy(node: DocumentNode, text: string, scales: Scales, options: PlanOptions): string {
  const match = /^([A-Za-z0-9][A-Za-z0-9_-]*(?:\[\d+\])?):(.*)$/s.exec(text);
  if (match?.[1] !== undefined) return `${resolveInstance(node, match[1], scales) ?? match[1]}:${match[2]}`;
  const path = text.startsWith('/') ? text : join(options.scenarioDirectory, text);
  const roots = [options.scenarioDirectory, ...options.allow.hostPaths];
  if (!roots.some((root) => isInside(path, root))) {
    const hint = `write a path in the scenario's folder, or allow it with --allow-host-binds`;
    node.fail('SCENARIO_FORBIDDEN', `\`${text}\` lies outside the scenario's folder`, hint);
  }
  return text;
}
