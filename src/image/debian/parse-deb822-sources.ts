import type { AptEntry } from './apt-entry.ts';

/** Paragraphs of `Field: value` (sources.list(5), deb822(5)); continued lines begin with a blank. */
export function parseDeb822Sources(text: string, file: string): readonly AptEntry[] {
  return text.split(/\n(?:[ \t]*\n)+/).flatMap((paragraph) => toEntry(parseFields(paragraph), file) ?? []);
}

function parseFields(paragraph: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of paragraph.split('\n')) {
    if (line.startsWith('#')) continue;
    const start = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/.exec(line);
    if (start !== null) {
      current = start[1] ?? '';
      fields.set(current, (start[2] ?? '').trimEnd());
    } else if (current !== undefined && /^[ \t]/.test(line)) {
      fields.set(current, `${fields.get(current)}\n${line.trimEnd()}`);
    }
  }
  return fields;
}

/** Fields that become something of their own, in lower case. */
const ownFields: ReadonlySet<string> = new Set(['types', 'uris', 'suites', 'components', 'enabled']);

function toEntry(fields: ReadonlyMap<string, string>, file: string): AptEntry | undefined {
  const byName = new Map([...fields].map(([name, value]) => [name.toLowerCase(), value]));
  const words = (name: string): readonly string[] =>
    (byName.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
  // apt's own words for "no" (StringToBool).
  if (/^(?:no|false|without|off|disable)$/i.test(byName.get('enabled') ?? '')) return undefined;
  const [uris, suites] = [words('uris'), words('suites')];
  if (!words('types').includes('deb') || uris.length === 0 || suites.length === 0) return undefined;
  const others = [...fields].filter(([name]) => !ownFields.has(name.toLowerCase()));
  return { uris, suites, components: words('components'), fields: Object.fromEntries(others), file };
}
