import type { Span } from '../source-text.ts';
import type { ComposeContext } from './compose-document.ts';
import type { YamlEntry, YamlMap, YamlNode } from './yaml-node.ts';

export interface RawEntry {
  readonly key: YamlNode;
  /** Where the key ends in the source. */
  readonly keyEnd: number;
  readonly value: YamlNode;
}

/** A mapping: keys are unique, merge keys (`<<`) are merged, the mapping's own keys win. */
export function composeMap(
  start: number,
  flow: boolean,
  raw: readonly RawEntry[],
  context: ComposeContext,
): YamlMap {
  const entries = new Map<string, YamlEntry>();
  const merges: RawEntry[] = [];
  let previous: RawEntry | undefined;
  for (const entry of raw) {
    if (isMergeKey(entry.key)) merges.push(entry);
    else if (!(flow && isCutByComma(entry, previous, context))) addOwn(entries, entry, context);
    previous = entry;
  }
  for (const merge of merges) addMerged(entries, merge, context);
  return { kind: 'map', entries, flow, start, end: endOf(start, flow, raw, context), ...extent(entries) };
}

/** Values that a merge replaced do not count: they are not in the document. */
function extent(entries: ReadonlyMap<string, YamlEntry>): { readonly size: number; readonly height: number } {
  let size = 1;
  let height = 1;
  for (const { value } of entries.values()) {
    size += value.size;
    height = Math.max(height, value.height + 1);
  }
  return { size, height };
}

function addOwn(
  entries: Map<string, YamlEntry>,
  { key, keyEnd, value }: RawEntry,
  context: ComposeContext,
): void {
  const { findings, document, source } = context;
  const span = { start: key.start, end: key.kind === 'scalar' ? key.end : key.start + 1 };
  if (key.kind !== 'scalar' || key.value === null) {
    const hint =
      source.slice({ start: key.start, end: key.start + 2 }) === '{{'
        ? 'quote the value if it is an expression'
        : 'quote it if it is text';
    findings.error(
      'SCENARIO_SYNTAX',
      key.kind === 'scalar' ? 'a key is empty' : 'a key must be a word, not a list or a mapping',
      span,
      { document, hint },
    );
    return;
  }
  // As written: `on`, `1` and `true` are words when they are keys.
  const name = key.plain
    ? source.slice({ start: key.start, end: Math.min(key.end, keyEnd) })
    : String(key.value);
  const before = entries.get(name);
  if (name === '__proto__') {
    findings.error('SCENARIO_SYNTAX', '`__proto__` cannot be a key', span, {
      document,
      hint: 'choose another name',
    });
  } else if (before !== undefined) {
    const { line } = source.locate(before.key.start);
    findings.error('SCENARIO_DUPLICATE_KEY', `\`${name}\` is already written on line ${line}`, span, {
      document,
    });
  } else {
    entries.set(name, { key: span, value, merged: false });
  }
}

function addMerged(entries: Map<string, YamlEntry>, merge: RawEntry, context: ComposeContext): void {
  const sources = merge.value.kind === 'list' ? merge.value.items : [merge.value];
  for (const from of sources) {
    if (from.kind === 'map') {
      for (const [name, entry] of from.entries)
        if (!entries.has(name)) entries.set(name, { ...entry, merged: true });
      continue;
    }
    const span = { start: merge.key.start, end: merge.key.end };
    context.findings.error('SCENARIO_WRONG_TYPE', '`<<` merges mappings, and this is none', span, {
      document: context.document,
      hint: 'write an alias of a mapping: `<<: *name`, or several: `<<: [*a, *b]`',
    });
  }
}

function isMergeKey(key: YamlNode): boolean {
  return key.kind === 'scalar' && key.plain && key.value === '<<';
}

/** `{ stdout: hello, world }`: the comma ended the value, and the rest became a key without a value (R4). */
function isCutByComma(entry: RawEntry, previous: RawEntry | undefined, context: ComposeContext): boolean {
  const { key, value } = entry;
  const before = previous?.value;
  const bare =
    key.kind === 'scalar' &&
    key.plain &&
    value.kind === 'scalar' &&
    value.value === null &&
    value.start === value.end;
  if (!bare || before?.kind !== 'scalar' || !before.plain || before.start === before.end) return false;
  if (/^\s*:/.test(context.source.text.slice(key.end, key.end + 64))) return false;
  const span: Span = { start: before.start, end: key.end };
  context.findings.error(
    'SCENARIO_YAML_TRAP',
    `inside braces a comma ends the value: \`${context.source.slice(key)}\` became a key of its own`,
    span,
    {
      document: context.document,
      hint: `quote the value: ${JSON.stringify(context.source.slice(span))}`,
    },
  );
  return true;
}

function endOf(start: number, flow: boolean, raw: readonly RawEntry[], context: ComposeContext): number {
  const last = raw.at(-1);
  const end = Math.max(start + 1, last?.value.end ?? 0, last?.keyEnd ?? 0);
  return flow ? closingEnd(context.source.text, end, '}') : end;
}

/** Events do not say where `[…]` and `{…}` end; nothing but white space, a comma and comments can lie before it. */
export function closingEnd(text: string, end: number, bracket: ']' | '}'): number {
  const rest = text.slice(end, end + 256);
  const closing = bracket === ']' ? /^[\s,]*\]/.exec(rest) : /^[\s,]*\}/.exec(rest);
  return end + (closing?.[0].length ?? 0);
}
