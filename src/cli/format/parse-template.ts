import { splitTemplate, TemplateError, type TemplatePiece, type Word } from './template-token.ts';

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: Expression }
  | {
      readonly kind: 'if' | 'range' | 'with';
      readonly value: Expression;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    };

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  | { readonly kind: 'field'; readonly path: readonly string[] }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] };

const blockWords = ['if', 'range', 'with', 'else', 'end'];

/** @throws TemplateError */
export function parseTemplate(template: string): readonly TemplateNode[] {
  const reader = new Reader(splitTemplate(template));
  const { nodes, closedBy } = reader.body();
  if (closedBy !== undefined) throw new TemplateError(`\`${closedBy}\` closes nothing`);
  return nodes;
}

interface Body {
  readonly nodes: readonly TemplateNode[];
  readonly closedBy: 'end' | 'else' | undefined;
  /** After `else`: what is still to be read of `else if`. */
  readonly rest: readonly Word[];
}

class Reader {
  readonly #pieces: readonly TemplatePiece[];
  #at = 0;

  constructor(pieces: readonly TemplatePiece[]) {
    this.#pieces = pieces;
  }

  body(): Body {
    const nodes: TemplateNode[] = [];
    for (let piece = this.#next(); piece !== undefined; piece = this.#next()) {
      if (piece.kind === 'text') {
        nodes.push(piece);
        continue;
      }
      const [first, ...rest] = piece.words;
      const word = first?.kind === 'name' && blockWords.includes(first.name) ? first.name : undefined;
      if (word === 'end' || word === 'else') return { nodes, closedBy: word, rest };
      nodes.push(
        word === undefined
          ? { kind: 'value', value: parseExpression(piece.words) }
          : this.#block(word as 'if', rest),
      );
    }
    return { nodes, closedBy: undefined, rest: [] };
  }

  #block(kind: 'if' | 'range' | 'with', condition: readonly Word[]): TemplateNode {
    const value = parseExpression(condition);
    const { nodes: body, closedBy, rest } = this.body();
    if (closedBy === undefined) throw new TemplateError(`\`${kind}\` has no \`end\``);
    return { kind, value, body, otherwise: closedBy === 'else' ? this.#otherwise(rest) : [] };
  }

  #otherwise(rest: readonly Word[]): readonly TemplateNode[] {
    const [first, ...condition] = rest;
    if (first?.kind === 'name' && first.name === 'if') return [this.#block('if', condition)];
    const { nodes, closedBy } = this.body();
    if (closedBy !== 'end') throw new TemplateError('`else` has no `end`');
    return nodes;
  }

  #next(): TemplatePiece | undefined {
    const piece = this.#pieces[this.#at];
    this.#at += 1;
    return piece;
  }
}

/** A pipeline: what stands before a `|` is the last argument of what stands behind it. */
function parseExpression(words: readonly Word[]): Expression {
  const reader = new WordReader(words);
  const expression = reader.pipeline();
  if (!reader.atEnd) throw new TemplateError('`)` closes nothing');
  return expression;
}

class WordReader {
  readonly #words: readonly Word[];
  #at = 0;

  constructor(words: readonly Word[]) {
    this.#words = words;
  }

  get atEnd(): boolean {
    return this.#at === this.#words.length;
  }

  pipeline(): Expression {
    let value = this.#command(undefined);
    while (this.#isMark('|')) {
      this.#at += 1;
      value = this.#command(value);
    }
    return value;
  }

  #command(piped: Expression | undefined): Expression {
    const word = this.#words[this.#at];
    if (word?.kind === 'name' && word.name !== 'true' && word.name !== 'false') {
      this.#at += 1;
      const given: Expression[] = [];
      while (!this.atEnd && !this.#isMark('|') && !this.#isMark(')')) given.push(this.#operand());
      return { kind: 'call', name: word.name, arguments: piped === undefined ? given : [...given, piped] };
    }
    const value = this.#operand();
    if (piped !== undefined) throw new TemplateError('behind `|` stands no function');
    if (!this.atEnd && !this.#isMark('|') && !this.#isMark(')'))
      throw new TemplateError('a value is followed by another');
    return value;
  }

  #operand(): Expression {
    const word = this.#words[this.#at];
    this.#at += 1;
    switch (word?.kind) {
      case 'string':
      case 'number':
        return { kind: 'literal', value: word.value };
      case 'field':
        return word;
      case 'name':
        if (word.name === 'true' || word.name === 'false')
          return { kind: 'literal', value: word.name === 'true' };
        return { kind: 'call', name: word.name, arguments: [] };
      case 'mark':
        if (word.mark === '(') return this.#parenthesis();
        throw new TemplateError(`\`${word.mark}\` stands where a value should`);
      case undefined:
        throw new TemplateError('a value is missing');
      default:
        return word satisfies never;
    }
  }

  #parenthesis(): Expression {
    const inner = this.pipeline();
    if (!this.#isMark(')')) throw new TemplateError('`(` has no `)`');
    this.#at += 1;
    return inner;
  }

  #isMark(mark: string): boolean {
    const word = this.#words[this.#at];
    return word?.kind === 'mark' && word.mark === mark;
  }
}
