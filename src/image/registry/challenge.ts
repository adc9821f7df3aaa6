/** What a registry wants to see before it answers (RFC 9110, 11.6.1; distribution's auth/token.md). */
export type Challenge =
  | { readonly kind: 'basic' }
  | {
      readonly kind: 'bearer';
      readonly realm: string;
      readonly service: string | undefined;
      readonly scope: string | undefined;
    };

const longestHeader = 16_384;
/** One parameter: a name, and a token or a quoted text. */
const parameter = /^([A-Za-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*/;

/** The best challenge of a WWW-Authenticate header that is understood: bearer over basic; undefined when none is. */
export function parseChallenge(header: string): Challenge | undefined {
  const found = parseSchemes(header.slice(0, longestHeader));
  const bearer = found.find(({ scheme, values }) => scheme === 'bearer' && values.has('realm'));
  if (bearer !== undefined) {
    const { values } = bearer;
    const [service, scope] = [values.get('service'), values.get('scope')];
    return { kind: 'bearer', realm: values.get('realm') ?? '', service, scope };
  }
  return found.some(({ scheme }) => scheme === 'basic') ? { kind: 'basic' } : undefined;
}

interface Scheme {
  readonly scheme: string;
  readonly values: Map<string, string>;
}

function parseSchemes(header: string): readonly Scheme[] {
  const schemes: Scheme[] = [];
  for (let rest = header.trim(); rest !== ''; ) {
    const value = parameter.exec(rest);
    if (value !== null) {
      const text = value[2]?.replaceAll(/\\(.)/g, '$1') ?? value[3] ?? '';
      schemes.at(-1)?.values.set((value[1] ?? '').toLowerCase(), text);
      rest = rest.slice(value[0].length);
    } else {
      const scheme = /^([A-Za-z][\w-]*)(?:\s+|$|(?=,))/.exec(rest);
      if (scheme === null && !rest.startsWith(',')) return schemes;
      if (scheme !== null) schemes.push({ scheme: (scheme[1] ?? '').toLowerCase(), values: new Map() });
      rest = rest.slice(scheme?.[0].length ?? 0);
    }
    rest = rest.replace(/^[\s,]+/, '');
  }
  return schemes;
}
