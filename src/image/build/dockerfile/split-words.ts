import type { EscapeCharacter } from './instruction.ts';

/** Words apart at spaces that no quote or escape protects; quotes and escapes stay in them (BuildKit, line_parsers.go, parseWords). */
export function splitWords(text: string, escapeCharacter: EscapeCharacter): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  const end = (): void => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote === '' && /\s/.test(character)) {
      end();
      continue;
    }
    if (character === escapeCharacter && quote !== "'" && at + 1 < text.length) {
      word += character + text.charAt(at + 1);
      at += 1;
      continue;
    }
    if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    word += character;
  }
  end();
  return words;
}
