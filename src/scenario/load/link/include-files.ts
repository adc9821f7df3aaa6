import type { YamlEntry, YamlMap, YamlNode } from '../yaml/yaml-node.ts';
import { listWith, mapWith, memberOfNode, textOfNode } from './edit-nodes.ts';
import type { LinkedFile } from './linked-files.ts';
import type { FilePart, Linking } from './linking.ts';

/** What an included file declares becomes part of the scenario … */
const declarations = [
  'vars',
  'secrets',
  'images',
  'networks',
  'volumes',
  'configs',
  'services',
  'fragments',
] as const;
/** … and so does what it demands, and what it includes itself. */
const lists = ['policies', 'invariants', 'requires', 'include'] as const;
/** What makes it a scenario of its own stays with it. */
const ownKeys: ReadonlySet<string> = new Set([
  'name',
  'description',
  'tags',
  'timeout',
  'retries',
  'upper',
  'matrix',
  'setup',
  'steps',
  'cases',
  'finally',
  'on_failure',
]);
const mergedKeys: ReadonlySet<string> = new Set([...declarations, ...lists]);

const titles: Readonly<Record<(typeof declarations)[number], string>> = {
  vars: 'variable',
  secrets: 'secret',
  images: 'image',
  networks: 'network',
  volumes: 'volume',
  configs: 'config',
  services: 'service',
  fragments: 'fragment',
};

/** A file's document with everything that its `include` brings in (R26). */
export function includeFiles(root: YamlNode, part: FilePart, linking: Linking): YamlNode {
  for (const entry of entriesOf(memberOfNode(root, 'services'))) linking.owners.set(entry.value, part);
  const include = memberOfNode(root, 'include');
  if (root.kind !== 'map' || include?.kind !== 'list') return root;
  const included = include.items.flatMap((item) => openIncluded(item, part, linking) ?? []);
  return included.reduceRight<YamlMap>((merged, file) => mergeFile(merged, file, linking), root);
}

/** Anything but `{ scenario: … }` is the schema's to judge. */
function openIncluded(item: YamlNode, part: FilePart, linking: Linking): YamlNode | undefined {
  const scenario = memberOfNode(item, 'scenario');
  const written = textOfNode(scenario);
  if (scenario === undefined || written === undefined || written.trim() === '') return undefined;
  if (written.includes('${{')) {
    linking.report(
      'SCENARIO_WRONG_VALUE',
      'files are included before expressions have values',
      scenario,
      'write the path itself',
    );
    return undefined;
  }
  return openLinked(written, scenario, part, linking)?.root;
}

/** A file by its path, with what it includes; undefined after an error at the place where it is named. */
export function openLinked(
  written: string,
  at: YamlNode,
  from: FilePart,
  linking: Linking,
  verb: 'includes' | 'extends' = 'includes',
): FilePart | undefined {
  const path = linking.files.resolve(written, from.directory);
  // Extending a service of a file on the way is fine as long as the services do not turn in a circle.
  if (verb === 'includes' && from.chain.includes(path)) {
    linking.report('SCENARIO_CYCLE', `\`${written}\` includes itself`, at, 'remove one of the `include`s');
    return undefined;
  }
  const opened = linking.files.open(path);
  if (opened.kind === 'refused') {
    linking.report(opened.code, opened.message, at, opened.hint);
    return undefined;
  }
  const { file } = opened;
  const known = linking.parts.get(file);
  if (known !== undefined) return known;
  const { linkDepth } = linking.limits;
  if (from.chain.length > linkDepth) {
    const message = `files include each other deeper than the limit \`linkDepth\` of ${linkDepth}`;
    linking.report('SCENARIO_LIMIT', message, at);
    return undefined;
  }
  return openPart(file, from, linking);
}

function openPart(file: LinkedFile, from: FilePart, linking: Linking): FilePart {
  for (const { code, message, span, hint } of file.findings) linking.report(code, message, span, hint);
  const part: FilePart = {
    directory: file.directory,
    chain: [...from.chain, file.path],
    root: file.root,
  };
  linking.parts.set(file, part);
  if (file.root.kind !== 'map' && file.root.start !== file.root.end) {
    linking.report('SCENARIO_WRONG_TYPE', 'an included file must be a mapping, as every scenario', file.root);
  }
  part.root = includeFiles(file.root, part, linking);
  return part;
}

/** What comes from the included file stands first: variables may read those before them. */
function mergeFile(into: YamlMap, from: YamlNode, linking: Linking): YamlMap {
  if (from.kind !== 'map') return into;
  const merged = new Map(into.entries);
  for (const [key, entry] of from.entries) {
    if (ownKeys.has(key) || key.startsWith('x-')) continue;
    const own = merged.get(key);
    if (own === undefined || !mergedKeys.has(key)) {
      // What the language does not know is for the schema to say.
      if (own === undefined) merged.set(key, entry);
      continue;
    }
    merged.set(key, { ...own, value: mergeSection(key, entry.value, own.value, linking) });
  }
  return mapWith(into, merged);
}

function mergeSection(key: string, from: YamlNode, into: YamlNode, linking: Linking): YamlNode {
  if (from.kind === 'scalar' && from.value === null) return into;
  if (into.kind === 'scalar' && into.value === null) return from;
  if (from.kind === 'list' && into.kind === 'list') {
    return listWith(into, [...into.items, ...from.items.filter((item) => !into.items.includes(item))]);
  }
  const title = declarations.find((name) => name === key);
  if (from.kind !== 'map' || into.kind !== 'map' || title === undefined) {
    // The one that is wrong is the one of the other kind than its section; the schema has judged `into`.
    linking.report('SCENARIO_WRONG_TYPE', `\`${key}\` cannot be merged with what is included`, from);
    return into;
  }
  const merged = new Map<string, YamlEntry>(from.entries);
  for (const [name, entry] of into.entries) {
    const other = from.entries.get(name);
    if (other !== undefined && other.value !== entry.value)
      reportConflict(titles[title], name, entry, other, linking);
    merged.set(name, entry);
  }
  return mapWith(into, merged);
}

function reportConflict(
  title: string,
  name: string,
  own: YamlEntry,
  included: YamlEntry,
  linking: Linking,
): void {
  const { file, line } = linking.locate(included.key);
  linking.report(
    'SCENARIO_CONFLICT',
    `the ${title} \`${name}\` is already declared in ${file}, on line ${line}`,
    own.key,
    'give one of the two another name',
  );
}

function entriesOf(node: YamlNode | undefined): readonly YamlEntry[] {
  return node?.kind === 'map' ? [...node.entries.values()] : [];
}
