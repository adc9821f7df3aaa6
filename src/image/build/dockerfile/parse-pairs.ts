import type { EscapeCharacter } from './instruction.ts';
import type { Declaration, Pair } from './parsed-instruction.ts';
import { splitWords } from './split-words.ts';

/** `name=value …`, or the old `name value` with one pair to the line (BuildKit, line_parsers.go, parseNameVal). */
export function parsePairs(keyword: string, text: string, escapeCharacter: EscapeCharacter): readonly Pair[] {
  const words = splitWords(text, escapeCharacter);
  if (words[0]?.includes('=') !== true) {
    const [, name, value] = /^(\S+)\s+([\s\S]+)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`${keyword} needs name=value`);
    return [{ name, value }];
  }
  return words.map((word) => {
    const at = word.indexOf('=');
    if (at === -1) throw new Error(`\`${word}\` is no name=value: quote what has spaces`);
    if (at === 0) throw new Error(`${keyword} has a value without a name`);
    return { name: word.slice(0, at), value: word.slice(at + 1) };
  });
}

export function parseDeclarations(text: string, escapeCharacter: EscapeCharacter): readonly Declaration[] {
  return splitWords(text, escapeCharacter).map((word) => {
    const at = word.indexOf('=');
    const name = at === -1 ? word : word.slice(0, at);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`\`${name}\` is no name for an argument`);
    return { name, value: at === -1 ? undefined : word.slice(at + 1) };
  });
}
