import type { Rlimit } from '../../../core/container.ts';
import { rlimitNames } from '../../../core/rlimit-names.ts';
import type { DocumentNode } from '../document-node.ts';

const known: readonly string[] = rlimitNames;

/** `ulimits:` over the given defaults: `nofile: 1024` or `nofile: { soft: 1024, hard: 2048 }`; -1 means unlimited. */
export function parseRlimits(ulimits: DocumentNode, defaults: readonly Rlimit[]): readonly Rlimit[] {
  const limits = new Map(defaults.map((limit) => [limit.name, limit]));
  for (const [name, node] of ulimits.entries()) {
    if (!known.includes(name)) {
      node.fail('SCENARIO_WRONG_VALUE', `\`${name}\` is no limit`, `known are ${known.join(', ')}`);
      continue;
    }
    const soft = (node.isMap ? node.child('soft') : node).integer({ min: -1 });
    const hard = (node.isMap ? node.child('hard') : node).integer({ min: -1 });
    if (soft === undefined || hard === undefined) continue;
    if (hard !== -1 && (soft === -1 || soft > hard)) {
      node.fail('SCENARIO_CONFLICT', `the soft limit of \`${name}\` is above its hard limit`);
    }
    limits.set(name, { name, soft, hard });
  }
  return [...limits.values()];
}
