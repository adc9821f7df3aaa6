import type { EscapeCharacter } from './instruction.ts';
import { replacePattern, trimPattern } from './shell-pattern.ts';

export type Variables = (name: string) => string | undefined;

/** A word without its quotes and with its variables replaced, as BuildKit's frontend/dockerfile/shell does it. */
export function expandWord(word: string, variables: Variables, escapeCharacter: EscapeCharacter): string {
  return new Expansion(word, variables, escapeCharacter).whole().join('');
}

/** A here-document: variables and escapes as in a word, but quotes are what they are. */
export function expandHeredoc(text: string, variables: Variables): string {
  return new Expansion(text, variables, '\\', true).whole().join('');
}

/** The same where several words may come of it: spaces outside of quotes part them, also those in a variable's value. */
export function expandWords(
  text: string,
  variables: Variables,
  escapeCharacter: EscapeCharacter,
): readonly string[] {
  return new Expansion(text, variables, escapeCharacter).words();
}

/** One piece of the result; of what is quoted, no space parts words. */
interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

class Expansion {
  readonly #text: string;
  readonly #variables: Variables;
  readonly #escapeCharacter: EscapeCharacter;
  readonly #keepsQuotes: boolean;
  #at = 0;

  constructor(text: string, variables: Variables, escapeCharacter: EscapeCharacter, keepsQuotes = false) {
    this.#text = text;
    this.#keepsQuotes = keepsQuotes;
    this.#variables = variables;
    this.#escapeCharacter = escapeCharacter;
  }

  whole(): readonly string[] {
    return this.#pieces('').map(({ text }) => text);
  }

  words(): readonly string[] {
    const words: string[] = [];
    let word: string | undefined;
    for (const { text, quoted } of this.#pieces('')) {
      if (quoted) {
        word = (word ?? '') + text;
        continue;
      }
      for (const part of text.split(/(\s+)/)) {
        if (part === '') continue;
        if (/^\s/.test(part)) {
          if (word !== undefined) words.push(word);
          word = undefined;
        } else word = (word ?? '') + part;
      }
    }
    return word === undefined ? words : [...words, word];
  }

  /** Up to the stop character, which is taken. */
  #pieces(stop: string): readonly Piece[] {
    const pieces: Piece[] = [];
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (character === stop) {
        this.#at += 1;
        return pieces;
      }
      pieces.push(this.#piece(character));
    }
    if (stop !== '') throw new Error(`a \`${stop}\` is missing`);
    return pieces;
  }

  #piece(character: string): Piece {
    if (this.#keepsQuotes && /["']/.test(character)) {
      this.#at += 1;
      return { text: character, quoted: true };
    }
    if (character === "'") return { text: this.#singleQuoted(), quoted: true };
    if (character === '"') return { text: this.#doubleQuoted(), quoted: true };
    if (character === '$') return { text: this.#variable(), quoted: false };
    this.#at += 1;
    if (character !== this.#escapeCharacter) return { text: character, quoted: false };
    const escaped = this.#text.charAt(this.#at);
    this.#at += 1;
    return { text: escaped, quoted: true };
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end === -1) throw new Error("a quote ' is not closed");
    const text = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #doubleQuoted(): string {
    this.#at += 1;
    let text = '';
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (character === '"') {
        this.#at += 1;
        return text;
      }
      if (character === '$') {
        text += this.#variable();
        continue;
      }
      this.#at += 1;
      if (character !== this.#escapeCharacter) {
        text += character;
        continue;
      }
      // Only these can be escaped; before all others the backslash stays.
      const next = this.#text.charAt(this.#at);
      if (next === '"' || next === '$' || next === this.#escapeCharacter) this.#at += 1;
      else text += character;
      if (next === '"' || next === '$' || next === this.#escapeCharacter) text += next;
    }
    throw new Error('a quote " is not closed');
  }

  #variable(): string {
    this.#at += 1;
    if (this.#text.charAt(this.#at) === '{') {
      this.#at += 1;
      return this.#braced();
    }
    const name = this.#name();
    return name === '' ? '$' : (this.#variables(name) ?? '');
  }

  /** A name, or one special parameter such as `1` or `@`. */
  #name(): string {
    const rest = this.#text.slice(this.#at);
    const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?!-])/.exec(rest)?.[0] ?? '';
    this.#at += name.length;
    return name;
  }

  #braced(): string {
    const name = this.#name();
    if (name === '') throw new Error(`bad substitution in \`${this.#text}\``);
    const value = this.#variables(name);
    const operator = /^(?::?[-+?]|##?|%%?|\/\/?|\})/.exec(this.#text.slice(this.#at))?.[0];
    if (operator === undefined) throw new Error(`unsupported modifier in \`${this.#text}\``);
    this.#at += operator.length;
    if (operator === '}') return value ?? '';
    if (operator.startsWith('/')) return this.#replaced(value, operator === '//');
    const word = this.#argument('}');
    const isSet = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
    switch (operator.at(-1)) {
      case '-':
        return isSet ? (value ?? '') : word;
      case '+':
        return isSet ? word : '';
      case '?':
        if (!isSet) throw new Error(`${name}: ${word === '' ? 'is not set' : word}`);
        return value ?? '';
      default:
        return trimPattern(value ?? '', word, operator);
    }
  }

  #replaced(value: string | undefined, all: boolean): string {
    const pattern = this.#argument('/');
    const replacement = this.#argument('}');
    return replacePattern(value ?? '', pattern, replacement, all);
  }

  #argument(stop: string): string {
    return this.#pieces(stop)
      .map(({ text }) => text)
      .join('');
  }
}
