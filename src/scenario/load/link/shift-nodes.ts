import type { Span } from '../source-text.ts';
import type { YamlEntry, YamlNode } from '../yaml/yaml-node.ts';

/** The same document with every place moved; what stood in several places still does. */
export function shiftNodes(root: YamlNode, by: number): YamlNode {
  const known = new Map<YamlNode, YamlNode>();
  const move = (node: YamlNode): YamlNode => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const moved = moveNode(node);
    known.set(node, moved);
    return moved;
  };
  const moveNode = (node: YamlNode): YamlNode => {
    const place = shiftSpan(node, by);
    switch (node.kind) {
      case 'scalar':
        return { ...node, ...place };
      case 'list':
        return { ...node, ...place, items: node.items.map(move) };
      case 'map':
        return { ...node, ...place, entries: new Map([...node.entries].map(moveEntry)) };
    }
  };
  const moveEntry = ([name, entry]: readonly [string, YamlEntry]): [string, YamlEntry] => [
    name,
    { ...entry, key: shiftSpan(entry.key, by), value: move(entry.value) },
  ];
  return move(root);
}

export function shiftSpan({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}
