import { ExpressionError, type ExpressionPlace } from './expression-error.ts';
import type { Token } from './tokenize.ts';

export interface Placed {
  readonly offset: number;
  readonly length: number;
}

/** A place in a list of tokens, and the errors that point at it. */
export class TokenCursor {
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private position = 0;

  /** `tokens` ends with an `end` token, as `tokenize` makes it. */
  constructor(text: string, tokens: readonly Token[]) {
    this.text = text;
    this.tokens = tokens;
  }

  peek(): Token {
    return this.tokens[this.position] ?? { kind: 'end', value: '', offset: this.text.length, length: 0 };
  }

  take(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }

  isNext(mark: string): boolean {
    const token = this.peek();
    return token.kind === 'punctuation' && token.value === mark;
  }

  takeIf(mark: string): boolean {
    if (!this.isNext(mark)) return false;
    this.position += 1;
    return true;
  }

  expect(mark: string): Token {
    if (!this.isNext(mark)) throw this.unexpected(`\`${mark}\``);
    return this.take();
  }

  /** An error at the next token. */
  unexpected(wanted: string): ExpressionError {
    const token = this.peek();
    const found =
      token.kind === 'end'
        ? 'the expression ends'
        : `\`${this.text.slice(token.offset, token.offset + token.length)}\` stands`;
    return this.error(`${found} where ${wanted} should be`, token);
  }

  error(message: string, at: Placed, hint?: string): ExpressionError {
    return new ExpressionError('EXPRESSION_SYNTAX', message, this.place(at), hint);
  }

  place(at: Placed): ExpressionPlace {
    return { text: this.text, offset: at.offset, length: at.length };
  }
}
