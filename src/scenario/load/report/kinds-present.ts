import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import type { YamlNode } from '../yaml/yaml-node.ts';

/** The keys that tell a union's branches apart, and which of them a mapping has, in the order they are written. */
export function kindsPresent(
  part: JsonObject,
  node: YamlNode | undefined,
): { readonly known: readonly string[]; readonly present: readonly string[] } {
  const branches = Array.isArray(part['x-one-of']) ? (part['x-one-of'] as readonly Json[]) : [];
  const kinds = branches.flatMap((branch) => {
    if (!isJsonObject(branch) || typeof branch.name !== 'string') return [];
    return [{ name: branch.name, onlyMapping: branch.type === 'object' }];
  });
  const entries = node?.kind === 'map' ? [...node.entries] : [];
  const present = entries.flatMap(([name, { value }]) =>
    kinds.some((kind) => kind.name === name && (!kind.onlyMapping || value.kind === 'map')) ? [name] : [],
  );
  return { known: kinds.map(({ name }) => name), present };
}
