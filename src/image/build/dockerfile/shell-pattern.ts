/** Longer values would take too long: the time grows with the square of their length. */
const mostReplaced = 4096;

/** `${name#pattern}` and its like: what matches at the one end goes, the shortest or (doubled) the longest. */
export function trimPattern(value: string, pattern: string, operator: string): string {
  const fromStart = operator.startsWith('#');
  const tokens = parseTokens(pattern);
  const characters = [...value];
  const lengths = fromStart
    ? matchingLengths(characters, tokens)
    : matchingLengths(characters.toReversed(), tokens.toReversed());
  const length = operator.length === 2 ? lengths.at(-1) : lengths[0];
  if (length === undefined) return value;
  return (fromStart ? characters.slice(length) : characters.slice(0, characters.length - length)).join('');
}

/** `${name/pattern/replacement}`; doubled, of every match, the longest at each place. */
export function replacePattern(value: string, pattern: string, replacement: string, all: boolean): string {
  if (value.length > mostReplaced)
    throw new Error(`a value of more than ${mostReplaced} characters cannot have parts replaced`);
  const tokens = parseTokens(pattern);
  const characters = [...value];
  let result = '';
  for (let at = 0; at < characters.length; ) {
    const length = matchingLengths(characters.slice(at), tokens).at(-1) ?? 0;
    if (length === 0) {
      result += characters[at];
      at += 1;
      continue;
    }
    result += replacement;
    at += length;
    if (!all) return result + characters.slice(at).join('');
  }
  return result;
}

type Token =
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'text'; readonly text: string };

/** `*` and `?`, and a backslash before what is meant as it stands. */
function parseTokens(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  const characters = [...pattern];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') tokens.push({ kind: 'any' });
    else if (character === '?') tokens.push({ kind: 'one' });
    else if (character === '\\' && at + 1 < characters.length) {
      at += 1;
      tokens.push({ kind: 'text', text: characters[at] ?? '' });
    } else tokens.push({ kind: 'text', text: character });
  }
  return tokens;
}

/** How many characters from the start match all of the pattern, shortest first: in one pass with the set of places it may be at. */
function matchingLengths(characters: readonly string[], tokens: readonly Token[]): readonly number[] {
  const lengths: number[] = [];
  let states = passAny(new Set([0]), tokens);
  if (states.has(tokens.length)) lengths.push(0);
  for (const [at, character] of characters.entries()) {
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token?.kind === 'any') next.add(state);
      else if (token?.kind === 'one' || token?.text === character) next.add(state + 1);
    }
    if (next.size === 0) break;
    states = passAny(next, tokens);
    if (states.has(tokens.length)) lengths.push(at + 1);
  }
  return lengths;
}

function passAny(states: Set<number>, tokens: readonly Token[]): Set<number> {
  for (const state of states) if (tokens[state]?.kind === 'any') states.add(state + 1);
  return states;
}
