import type { Json } from '../../../core/json.ts';
import type { Span } from '../source-text.ts';

/** A value of a YAML document with its place. Aliases are followed and merge keys merged: a node may stand in several places. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

interface YamlBase extends Span {
  /** How many values are in it, itself included. */
  readonly size: number;
  /** How deep it nests; 0 for a scalar. */
  readonly height: number;
}

export interface YamlScalar extends YamlBase {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** Without quotes and without `|` or `>`. */
  readonly plain: boolean;
  /** The source between `start` and `end` is `value`, character by character. */
  readonly verbatim: boolean;
}

export interface YamlList extends YamlBase {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  /** `[…]` */
  readonly flow: boolean;
}

export interface YamlMap extends YamlBase {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlEntry>;
  /** `{…}` */
  readonly flow: boolean;
}

export interface YamlEntry {
  readonly key: Span;
  readonly value: YamlNode;
  /** Came from a merge key (`<<`). */
  readonly merged: boolean;
}

export interface YamlDocument {
  /** From 0, empty documents not counted. */
  readonly index: number;
  readonly root: YamlNode;
}

/** The plain value. What stands in several places is one object. */
export function toJson(root: YamlNode): Json {
  const known = new Map<YamlNode, Json>();
  const convert = (node: YamlNode): Json => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const value = convertNode(node, convert);
    known.set(node, value);
    return value;
  };
  return convert(root);
}

function convertNode(node: YamlNode, convert: (node: YamlNode) => Json): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(convert);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, convert(entry.value)]));
  }
}
