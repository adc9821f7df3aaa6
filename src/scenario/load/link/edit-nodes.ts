import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from '../yaml/yaml-node.ts';

/** Nodes made of other nodes: each keeps the place of what it was made of. */

export function mapWith(map: YamlMap, entries: ReadonlyMap<string, YamlEntry>): YamlMap {
  const values = [...entries.values()].map(({ value }) => value);
  return { ...map, entries, ...extent(values) };
}

export function listWith(list: YamlList, items: readonly YamlNode[]): YamlList {
  return { ...list, items, ...extent(items) };
}

export function textWith(scalar: YamlScalar, value: string): YamlScalar {
  return { ...scalar, value, verbatim: false };
}

/** A scalar that is not written, at the place of what it follows from. */
export function scalarAt(node: YamlNode, value: YamlScalar['value']): YamlScalar {
  const { start, end } = node;
  return { kind: 'scalar', value, plain: false, verbatim: false, start, end, size: 1, height: 0 };
}

export function mapAt(node: YamlNode, entries: ReadonlyMap<string, YamlEntry>): YamlMap {
  const { start, end } = node;
  return mapWith({ kind: 'map', entries, flow: false, start, end, size: 1, height: 1 }, entries);
}

export function entryAt(node: YamlNode, value: YamlNode): YamlEntry {
  return { key: { start: node.start, end: node.end }, value, merged: false };
}

export function textOfNode(node: YamlNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

export function memberOfNode(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** Changes the value of a key, if the mapping has it. */
export function withMember(node: YamlNode, key: string, change: (value: YamlNode) => YamlNode): YamlNode {
  const entry = node.kind === 'map' ? node.entries.get(key) : undefined;
  if (node.kind !== 'map' || entry === undefined) return node;
  const value = change(entry.value);
  return value === entry.value ? node : mapWith(node, new Map([...node.entries, [key, { ...entry, value }]]));
}

/** Changes every value of a mapping. */
export function withMembers(node: YamlNode, change: (value: YamlNode) => YamlNode): YamlNode {
  if (node.kind !== 'map') return node;
  return mapWith(
    node,
    new Map(
      [...node.entries].map(([key, entry]) => [key, { ...entry, value: change(entry.value) }] as const),
    ),
  );
}

/** Changes every item of a list; anything else as if it were the only item. */
export function withItems(node: YamlNode, change: (item: YamlNode) => YamlNode): YamlNode {
  return node.kind === 'list' ? listWith(node, node.items.map(change)) : change(node);
}

function extent(values: readonly YamlNode[]): Pick<YamlNode, 'size' | 'height'> {
  return {
    size: values.reduce((size, value) => size + value.size, 1),
    height: values.reduce((height, value) => Math.max(height, value.height + 1), 1),
  };
}
