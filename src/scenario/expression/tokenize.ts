import { ExpressionError } from './expression-error.ts';

export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'punctuation' | 'end';
  /** A name, a punctuation mark, the decoded value of a text, or a number as written; empty at the end. */
  readonly value: string;
  /** How it was written: `'` and `"` tell texts apart. */
  readonly quote?: "'" | '"';
  readonly offset: number;
  readonly length: number;
}

const maxExpressionLength = 4096;

const patterns = {
  space: /\s+/y,
  // Names may hold hyphens, as GitHub's do: there is no arithmetic they could be mistaken for.
  name: /[A-Za-z_][A-Za-z0-9_-]*/y,
  number: /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![A-Za-z0-9_])/y,
  text: /'(?:[^']|'')*'|"(?:[^"]|"")*"/y,
  punctuation: /==|!=|&&|\|\||[!()[\].,]/y,
} as const;

/**
 * The tokens of `text` from `start` up to `}}` (`inBraces`) or up to the text's end. The last token is `end`; its offset is
 * where the `}}` begins.
 */
export function tokenize(text: string, start: number, inBraces: boolean): readonly Token[] {
  const tokens: Token[] = [];
  let offset = start;
  for (;;) {
    offset += lengthOf(patterns.space, text, offset);
    if (offset - start > maxExpressionLength) throw tooLong(text, start);
    if (offset >= text.length || (inBraces && text.startsWith('}}', offset))) break;
    const token = readToken(text, offset);
    tokens.push(token);
    offset += token.length;
  }
  if (inBraces && offset >= text.length) throw unclosed(text, start);
  tokens.push({ kind: 'end', value: '', offset, length: 0 });
  return tokens;
}

function readToken(text: string, offset: number): Token {
  for (const kind of ['name', 'number', 'text', 'punctuation'] as const) {
    const length = lengthOf(patterns[kind], text, offset);
    if (length === 0) continue;
    const written = text.slice(offset, offset + length);
    return kind === 'text' ? textToken(written, offset) : { kind, value: written, offset, length };
  }
  throw unexpected(text, offset);
}

function textToken(written: string, offset: number): Token {
  const quote = written.startsWith('"') ? '"' : "'";
  const value = written.slice(1, -1).replaceAll(quote + quote, quote);
  return { kind: 'text', value, quote, offset, length: written.length };
}

function lengthOf(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex - offset : 0;
}

function unexpected(text: string, offset: number): ExpressionError {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  const place = { text, offset, length: character.length };
  if (character === "'" || character === '"') {
    return new ExpressionError(
      'EXPRESSION_SYNTAX',
      `text that begins with ${character} is not closed`,
      place,
    );
  }
  const hints: Readonly<Record<string, string>> = {
    '=': 'write `==` to compare',
    '&': 'write `&&`',
    '|': 'write `||`; there are no filters',
    $: 'write the name alone, without `$`',
    '{': 'an expression holds no braces',
    '}': 'an expression ends with `}}`',
    '+': 'there is no arithmetic; put two `${{ }}` side by side to join texts',
  };
  const message = `unexpected ${JSON.stringify(character)} in an expression`;
  return new ExpressionError('EXPRESSION_SYNTAX', message, place, hints[character]);
}

function unclosed(text: string, start: number): ExpressionError {
  const place = { text, offset: start - '${{'.length, length: '${{'.length };
  const hint = 'close it with `}}`, or write `$${{` for the characters themselves';
  return new ExpressionError('EXPRESSION_SYNTAX', '`${{` is not closed', place, hint);
}

function tooLong(text: string, offset: number): ExpressionError {
  const message = `an expression is longer than maxExpressionLength (${maxExpressionLength} characters)`;
  return new ExpressionError('SCENARIO_LIMIT', message, { text, offset, length: 1 }, 'shorten it');
}
