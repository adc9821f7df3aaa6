export type EnvFile =
  | { readonly kind: 'variables'; readonly variables: Readonly<Record<string, string | null>> }
  | { readonly kind: 'malformed'; readonly line: number; readonly why: string };

/** A value with `${NAME}` in it may read what stands before it in the file; the runner's own variables win, as in Compose. */
export type LookUp = (name: string) => string | undefined;

const assignment = /^(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:([=:])[ \t]*)?/;

/**
 * `NAME=value` a line, as Compose's env files (compose-go, dotenv): `#` comments, `export`, quotes that may span lines,
 * escapes and `${NAME:-default}` in double quotes and without quotes, neither in single quotes. A name alone is null.
 */
export function parseEnvFile(text: string, lookUp: LookUp): EnvFile {
  const variables: Record<string, string | null> = {};
  const find: LookUp = (name) => lookUp(name) ?? variables[name] ?? undefined;
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const malformed = (at: number, why: string): EnvFile => ({
    kind: 'malformed',
    line: source.slice(0, at).split('\n').length,
    why,
  });
  for (let at = 0; at < source.length; ) {
    const blank = /^(?:[ \t]*(?:#[^\n]*)?(?:\n|$)|[ \t]+)/.exec(source.slice(at))?.[0] ?? '';
    at += blank.length;
    if (at >= source.length) break;
    if (blank !== '') continue;
    const rest = source.slice(at);
    const [head = '', name, separator] = assignment.exec(rest) ?? [];
    if (name === undefined) return malformed(at, 'it is no NAME=value');
    const value = readValue(rest.slice(head.length), separator !== undefined);
    if (value === undefined) return malformed(at, 'what follows the name is no value');
    const resolved = value.substitute ? substitute(value.text ?? '', find) : { text: value.text };
    if ('why' in resolved) return malformed(at, resolved.why);
    variables[name] = resolved.text;
    at += head.length + value.length;
  }
  return { kind: 'variables', variables };
}

/** `format: raw` of Compose: what follows the first `=` is the value, as it stands. */
export function parseRawEnvFile(text: string): EnvFile {
  const variables: Record<string, string | null> = {};
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [, name, value] = /^([^=\s]+)(?:=(.*))?$/s.exec(line.trimStart()) ?? [];
    if (name === undefined) return { kind: 'malformed', line: index + 1, why: 'it is no NAME=value' };
    variables[name] = value ?? null;
  }
  return { kind: 'variables', variables };
}

interface Value {
  readonly text: string | null;
  /** In the source, to the end of its line. */
  readonly length: number;
  readonly substitute: boolean;
}

function readValue(rest: string, hasSeparator: boolean): Value | undefined {
  if (!hasSeparator) {
    const line = /^[ \t]*(?:#[^\n]*)?(?=\n|$)/.exec(rest);
    return line === null ? undefined : { text: null, length: line[0].length, substitute: false };
  }
  const single = /^'((?:[^'\\]|\\[\s\S])*)'[ \t]*(?:#[^\n]*)?(?=\n|$)/.exec(rest);
  if (single?.[1] !== undefined)
    return { text: single[1].replaceAll("\\'", "'"), length: single[0].length, substitute: false };
  const double = /^"((?:[^"\\]|\\[\s\S])*)"[ \t]*(?:#[^\n]*)?(?=\n|$)/.exec(rest);
  if (double?.[1] !== undefined)
    return { text: unescapeValue(double[1]), length: double[0].length, substitute: true };
  if (/^['"]/.test(rest)) return undefined;
  const [line = ''] = /^[^\n]*/.exec(rest) ?? [];
  return { text: line.replace(/(?:^|[ \t]+)#.*$/, '').trimEnd(), length: line.length, substitute: true };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** `\$` stays for `substitute`, which takes it for a plain dollar. */
function unescapeValue(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole, character: string) =>
    character === '$' ? whole : (escapes[character] ?? character),
  );
}

type Substituted = { readonly text: string | null } | { readonly why: string };

const reference = /\\\$|\$\$|\$\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([^}]*))?\}|\$([A-Za-z_][A-Za-z0-9_]*)/g;

/** Compose specification, "interpolation". */
function substitute(text: string, lookUp: LookUp): Substituted {
  let why: string | undefined;
  const replaced = text.replace(
    reference,
    (whole, braced?: string, operator?: string, operand = '', bare?: string) => {
      const name = braced ?? bare;
      if (name === undefined) return '$';
      const found = lookUp(name);
      const isThere = found !== undefined && !(operator?.startsWith(':') === true && found === '');
      switch (operator?.at(-1)) {
        case '-':
          return isThere ? found : operand;
        case '+':
          return isThere ? operand : '';
        case '?':
          if (!isThere) why ??= `${name} is not set${operand === '' ? '' : `: ${operand}`}`;
          return found ?? '';
        default:
          return whole === '$' ? whole : (found ?? '');
      }
    },
  );
  return why === undefined ? { text: replaced } : { why };
}
