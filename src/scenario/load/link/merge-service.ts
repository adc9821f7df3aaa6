import type { YamlEntry, YamlMap, YamlNode } from '../yaml/yaml-node.ts';
import { entryAt, listWith, mapAt, mapWith, memberOfNode, scalarAt, textOfNode } from './edit-nodes.ts';

type Merge = (base: YamlNode, own: YamlNode) => YamlNode;

/**
 * One service over another, as Compose merges them (Compose specification, "merge" and "extends"): single values are
 * replaced, mappings are merged by key, lists are joined, mounts by where they are mounted.
 */
export function mergeService(base: YamlMap, own: YamlMap): YamlMap {
  const merged = new Map<string, YamlEntry>(base.entries);
  for (const [key, entry] of own.entries) {
    const below = merged.get(key);
    const isNothing = entry.value.kind === 'scalar' && entry.value.value === null;
    if (below === undefined) merged.set(key, entry);
    else if (!isNothing)
      merged.set(key, { ...entry, value: (merges[key] ?? replace)(below.value, entry.value) });
  }
  return mapWith(own, merged);
}

const replace: Merge = (_base, own) => own;

/** Mappings by key, their values by key again; anything else is replaced. */
const byKey: Merge = (base, own) => {
  if (base.kind !== 'map' || own.kind !== 'map') return own;
  const merged = new Map<string, YamlEntry>(base.entries);
  for (const [key, entry] of own.entries) {
    const below = merged.get(key);
    merged.set(key, below === undefined ? entry : { ...entry, value: byKey(below.value, entry.value) });
  }
  return mapWith(own, merged);
};

/** Compose's `list_or_dict`, in either form. */
function assignments(separator: RegExp): Merge {
  return (base, own) => byKey(toMap(base, separator), toMap(own, separator));
}

function toMap(node: YamlNode, separator: RegExp): YamlNode {
  if (node.kind !== 'list') return node;
  const entries = node.items.map((item): readonly [string, YamlEntry] => {
    const text = textOfNode(item) ?? '';
    const at = separator.exec(text);
    const name = at === null ? text : text.slice(0, at.index);
    const value = at === null ? null : text.slice(at.index + at[0].length);
    return [name, entryAt(item, scalarAt(item, value))];
  });
  return mapAt(node, new Map(entries));
}

/** Names in a list, or with settings: `networks`, `depends_on`. */
function named(setting: (item: YamlNode) => YamlNode): Merge {
  const toSettings = (node: YamlNode): YamlNode =>
    node.kind === 'list'
      ? mapAt(node, new Map(node.items.map((item) => [textOfNode(item) ?? '', entryAt(item, setting(item))])))
      : node;
  return (base, own) => {
    if (base.kind === 'list' && own.kind === 'list') return joined(base, own);
    return byKey(toSettings(base), toSettings(own));
  };
}

/** Both lists, each value once; a single text is a list of one. */
const joined: Merge = (base, own) => byIdentity((item) => JSON.stringify(plain(item)))(base, own);

/** Lists in which a later entry takes the place of an earlier one of the same identity. */
function byIdentity(identify: (item: YamlNode) => string): Merge {
  return (base, own) => {
    const below = base.kind === 'list' ? base.items : [base];
    const above = own.kind === 'list' ? own.items : [own];
    const taken = new Set(above.map(identify));
    const items = [...below.filter((item) => !taken.has(identify(item))), ...above];
    if (own.kind === 'list') return listWith(own, items);
    const { start, end } = own;
    return listWith({ kind: 'list', items: [], flow: false, start, end, size: 1, height: 1 }, items);
  };
}

/** `./conf:/etc/app:ro`, `/cache`, or `{ target: … }`. */
function mountTarget(item: YamlNode): string {
  const text = textOfNode(item);
  if (text === undefined) return textOfNode(memberOfNode(item, 'target')) ?? '';
  const [first = '', second] = text.split(':');
  return second ?? first;
}

function grantTarget(item: YamlNode): string {
  const member = memberOfNode(item, 'target') ?? memberOfNode(item, 'source') ?? item;
  return textOfNode(member) ?? '';
}

const merges: Readonly<Record<string, Merge>> = {
  environment: assignments(/=/),
  labels: assignments(/=/),
  annotations: assignments(/=/),
  sysctls: assignments(/=/),
  extra_hosts: assignments(/[=:]/),
  networks: named((item) => scalarAt(item, null)),
  depends_on: named((item) =>
    mapAt(item, new Map([['condition', entryAt(item, scalarAt(item, 'service_started'))]])),
  ),
  healthcheck: byKey,
  ulimits: byKey,
  storage_opt: byKey,
  deploy: byKey,
  build: byKey,
  volumes: byIdentity(mountTarget),
  tmpfs: byIdentity((item) => (textOfNode(item) ?? '').split(':')[0] ?? ''),
  devices: joined,
  configs: byIdentity(grantTarget),
  secrets: byIdentity(grantTarget),
  cap_add: joined,
  cap_drop: joined,
  security_opt: joined,
  group_add: joined,
  ports: joined,
  expose: joined,
  dns: joined,
  env_file: joined,
  profiles: joined,
};

/** A value without its places. */
function plain(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return [...node.entries].map(([key, { value }]) => [key, plain(value)]);
  }
}
