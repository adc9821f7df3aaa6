import { capabilityNames } from '../../../core/capability-names.ts';
import { defaultCapabilities } from '../../../core/container-defaults.ts';
import type { DocumentNode } from '../document-node.ts';

/** In the kernel's order. */
export const allCapabilities: readonly string[] = capabilityNames;

/** `cap_drop:` then `cap_add:`, as Docker combines them (moby, oci/caps/utils.go `TweakCapabilities`), in the kernel's order. */
export function parseCapabilities(add: DocumentNode, drop: DocumentNode): readonly string[] {
  const added = readNames(add);
  const dropped = readNames(drop);
  for (const name of added) {
    if (!dropped.has(name)) continue;
    add.fail('SCENARIO_CONFLICT', `\`${name}\` is both added and dropped`);
  }
  const start = added.has('ALL') ? allCapabilities : dropped.has('ALL') ? [] : defaultCapabilities;
  const kept = new Set([...start.filter((name) => !dropped.has(name)), ...added]);
  return allCapabilities.filter((name) => kept.has(name));
}

function readNames(node: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  for (const item of node.items()) {
    const text = item.text();
    if (text === undefined) continue;
    const name = text.toUpperCase().replace(/^CAP_/, '');
    if (name === 'ALL' || allCapabilities.includes(name)) names.add(name);
    else
      item.fail(
        'SCENARIO_WRONG_VALUE',
        `\`${text}\` is no capability`,
        'see capabilities(7), for example NET_ADMIN',
      );
  }
  return names;
}
