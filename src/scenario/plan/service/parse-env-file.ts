export type EnvFile =
  | { readonly kind: 'variables'; readonly variables: Readonly<Record<string, string | null>> }
  | { readonly kind: 'malformed'; readonly line: number };

const name = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*(?:=\s*([\s\S]*))?$/;

/**
 * `NAME=value` a line, as Compose's env files: `#` comments, quotes, `\n` in double quotes; a name without `=` is null.
 * Nothing is substituted.
 */
export function parseEnvFile(text: string): EnvFile {
  const variables: Record<string, string | null> = {};
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = name.exec(line);
    const value = match?.[2] === undefined ? null : parseValue(match[2]);
    if (match?.[1] === undefined || value === undefined) return { kind: 'malformed', line: index + 1 };
    variables[match[1]] = value;
  }
  return { kind: 'variables', variables };
}

function parseValue(text: string): string | undefined {
  const single = /^'([^']*)'\s*(?:#.*)?$/.exec(text);
  if (single !== null) return single[1];
  const double = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(text);
  if (double?.[1] !== undefined) return unescapeValue(double[1]);
  if (/^['"]/.test(text)) return undefined;
  return text.replace(/(?:^|\s+)#.*$/, '').trimEnd();
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescapeValue(text: string): string {
  return text.replace(/\\(.)/g, (_whole, character: string) => escapes[character] ?? character);
}
