import type { EscapeCharacter, InstructionFlag } from './instruction.ts';

/** Takes `--name[=value]` words off the front (BuildKit, frontend/dockerfile/parser/split_command.go). Quotes may hold spaces. */
export function splitFlags(
  text: string,
  escapeCharacter: EscapeCharacter,
): { readonly flags: readonly InstructionFlag[]; readonly text: string } {
  const flags: InstructionFlag[] = [];
  let rest = text;
  while (rest.startsWith('--')) {
    const { word, after } = takeWord(rest, escapeCharacter);
    rest = after.trimStart();
    if (word === '--') break;
    const at = word.indexOf('=');
    flags.push(
      at === -1
        ? { name: word.slice(2), value: undefined }
        : { name: word.slice(2, at), value: word.slice(at + 1) },
    );
  }
  return { flags, text: rest };
}

function takeWord(
  text: string,
  escapeCharacter: EscapeCharacter,
): { readonly word: string; readonly after: string } {
  let word = '';
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote === '' && /\s/.test(character)) return { word, after: text.slice(at) };
    if (character === escapeCharacter && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word += text.charAt(at);
    } else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    else word += character;
  }
  if (quote !== '') throw new Error(`a flag has an unclosed ${quote}`);
  return { word, after: '' };
}
