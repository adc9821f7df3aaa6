/** What a place in a pattern stands for. */
type Token =
  | { readonly kind: 'text'; readonly text: string }
  /** Any character but a slash. */
  | { readonly kind: 'one' }
  /** Any number of them. */
  | { readonly kind: 'star' }
  /** Nothing, or anything that ends with a slash. */
  | { readonly kind: 'directories' }
  /** Anything. */
  | { readonly kind: 'rest' }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

export type PathPattern = (path: string) => boolean;

/**
 * A pattern of .dockerignore or COPY as a function (Go, path/filepath.Match; with `crossing`, also `**` as in
 * moby/patternmatcher). It goes through a path once, keeping the set of places it may be at: no pattern can make it slow.
 */
export function compilePathPattern(
  pattern: string,
  { crossing }: { readonly crossing: boolean },
): PathPattern {
  const tokens = parseTokens([...pattern], crossing);
  return (path) => {
    let states = settle(new Set([0]), tokens);
    for (const character of path) {
      const next = new Set<number>();
      for (const state of states) for (const after of advance(tokens, state, character)) next.add(after);
      if (next.size === 0) return false;
      states = settle(next, tokens);
    }
    return states.has(tokens.length);
  };
}

/** Places are numbers of tokens; within `directories` one is at its negative, less one. */
function advance(tokens: readonly Token[], state: number, character: string): readonly number[] {
  if (state < 0) return character === '/' ? [state, -state] : [state];
  const token = tokens[state];
  switch (token?.kind) {
    case 'text':
      return token.text === character ? [state + 1] : [];
    case 'one':
      return character === '/' ? [] : [state + 1];
    case 'star':
      return character === '/' ? [] : [state];
    case 'rest':
      return [state];
    case 'directories':
      return character === '/' ? [-state - 1, state + 1] : [-state - 1];
    case 'class':
      return character !== '/' && inClass(token, character) ? [state + 1] : [];
    case undefined:
      return [];
    default:
      return token satisfies never;
  }
}

/** With the places that take no character to get to. */
function settle(states: Set<number>, tokens: readonly Token[]): Set<number> {
  for (const state of states) {
    const kind = tokens[state]?.kind;
    if (kind === 'star' || kind === 'rest' || kind === 'directories') states.add(state + 1);
  }
  return states;
}

function inClass(token: Token & { readonly kind: 'class' }, character: string): boolean {
  return token.ranges.some(([from, to]) => from <= character && character <= to) !== token.negated;
}

function parseTokens(characters: readonly string[], crossing: boolean): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; ) {
    const character = characters[at] ?? '';
    if (character === '*') {
      let stars = 0;
      for (; characters[at] === '*'; at += 1) stars += 1;
      if (!crossing || stars === 1) {
        tokens.push({ kind: 'star' });
        continue;
      }
      if (characters[at] === '/') at += 1;
      tokens.push(at >= characters.length ? { kind: 'rest' } : { kind: 'directories' });
      continue;
    }
    if (character === '[') {
      const parsed = parseClass(characters, at);
      tokens.push(parsed.token);
      at = parsed.end;
      continue;
    }
    if (character === '\\') {
      if (at + 1 >= characters.length) throw new Error('the pattern ends with a backslash');
      tokens.push({ kind: 'text', text: characters[at + 1] ?? '' });
      at += 2;
      continue;
    }
    tokens.push(character === '?' ? { kind: 'one' } : { kind: 'text', text: character });
    at += 1;
  }
  return tokens;
}

function parseClass(
  characters: readonly string[],
  start: number,
): { readonly token: Token; readonly end: number } {
  const negated = characters[start + 1] === '^';
  const ranges: [string, string][] = [];
  let at = start + (negated ? 2 : 1);
  const take = (): string => {
    if (characters[at] === '\\') at += 1;
    const character = characters[at];
    if (character === undefined) throw new Error('the pattern has an open [');
    at += 1;
    return character;
  };
  while (characters[at] !== ']' || ranges.length === 0) {
    const from = take();
    if (characters[at] === '-' && characters[at + 1] !== ']') {
      at += 1;
      ranges.push([from, take()]);
    } else ranges.push([from, from]);
  }
  return { token: { kind: 'class', negated, ranges }, end: at + 1 };
}
