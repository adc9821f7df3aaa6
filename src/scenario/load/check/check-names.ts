import { didYouMean } from '../../../core/did-you-mean.ts';
import type { Json } from '../../../core/json.ts';
import { entriesOf, isStatic, memberOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { Span } from '../source-text.ts';
import type { DeclaredKind, NameUse } from './name-uses.ts';

const sections: Readonly<Record<DeclaredKind, string>> = {
  service: 'services',
  image: 'images',
  network: 'networks',
  volume: 'volumes',
  secret: 'secrets',
  config: 'configs',
};

export function declaredNames(document: Json, kind: DeclaredKind): readonly string[] {
  return entriesOf(memberOf(document, sections[kind])).map(([name]) => name);
}

/** R1: a name that is used is declared. */
export function checkNames(document: LoadedDocument, uses: readonly NameUse[]): void {
  const declared = new Map<string, ReadonlySet<string>>();
  for (const kind of Object.keys(sections) as readonly DeclaredKind[]) {
    const implicit = kind === 'network' ? ['default'] : [];
    declared.set(kind, new Set([...declaredNames(document.json, kind), ...implicit]));
  }
  for (const use of uses) {
    const known = declared.get(use.kind);
    if (use.kind === 'registry' || known === undefined || known.has(use.name)) continue;
    if (use.isOptional === true) continue;
    const near = didYouMean(use.name, known);
    document.error(
      'SCENARIO_UNDECLARED',
      `there is no ${use.kind} \`${use.name}\``,
      spanOfUse(document, use),
      use.pointer,
      hintFor(use.kind, use.name, near, [...known]),
    );
  }
}

function hintFor(
  kind: DeclaredKind,
  name: string,
  near: string | undefined,
  known: readonly string[],
): string {
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (kind === 'image')
    return `declare it (\`images: { ${name}: … }\`), or write a registry reference such as docker.io/library/${name}:latest`;
  const list =
    known.length === 0 ? '' : `; declared are ${known.slice(0, 8).join(', ')}${known.length > 8 ? ' …' : ''}`;
  return `declare it under \`${sections[kind]}:\`${list}`;
}

/** The name itself where it is only a part of the value, as in `data:/var/lib`. */
export function spanOfUse(document: LoadedDocument, use: NameUse): Span {
  if (use.isKey) return document.keySpan(use.pointer);
  const span = document.valueSpan(use.pointer);
  const offset = document.source.slice(span).indexOf(use.name);
  if (offset < 0) return span;
  const start = span.start + offset;
  return { start, end: start + use.name.length };
}

/** R1: what is declared is used; a warning. What is included is shared with others, and need not all be used by each. */
export function checkUnused(
  document: LoadedDocument,
  uses: readonly NameUse[],
  usedVars: ReadonlySet<string>,
): void {
  const { json } = document;
  const joinsDefault = entriesOf(memberOf(json, 'services')).some(
    ([, service]) =>
      memberOf(service, 'networks') === undefined && memberOf(service, 'network_mode') === undefined,
  );
  for (const kind of ['image', 'network', 'volume'] as const) {
    const used = new Set(uses.filter((use) => use.kind === kind).map(({ name }) => name));
    if (kind === 'network' && joinsDefault) used.add('default');
    if (hasDynamicUse(json, kind)) continue;
    for (const name of declaredNames(json, kind))
      if (!used.has(name)) warn(document, kind, name, below('', sections[kind], name));
  }
  for (const [name] of entriesOf(memberOf(json, 'vars'))) {
    if (!usedVars.has(name)) warn(document, 'variable', name, below('/vars', name));
  }
}

function warn(document: LoadedDocument, kind: string, name: string, pointer: string): void {
  const { source } = document;
  const span = document.keySpan(pointer);
  if (source.locate(span.start).file !== source.file) return;
  document.warning('SCENARIO_UNUSED', `the ${kind} \`${name}\` is never used`, span, pointer);
}

/** `image: ${{ matrix.image }}` may use any of them. */
function hasDynamicUse(json: Json, kind: 'image' | 'network' | 'volume'): boolean {
  const key = kind === 'image' ? 'image' : `${kind}s`;
  const values = entriesOf(memberOf(json, 'services')).map(([, service]) => memberOf(service, key));
  return values.some((value) => value !== undefined && !isStatic(JSON.stringify(value)));
}
