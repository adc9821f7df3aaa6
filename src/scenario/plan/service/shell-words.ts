export type ShellWords =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'unterminated'; readonly quote: string }
  /** Something only a shell would understand, outside quotes. */
  | { readonly kind: 'operator'; readonly operator: string };

/** What a word is made of: a backslash and a character, a quoted part, a run of plain characters, or what cannot be one. */
const token =
  /\\([\s\S])|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|([;&|<>]|\$\(|`)|(\s+)|([^\s\\'";&|<>`$]+|\$)|([\\'"])/g;

/**
 * Splits a command as Compose does (mattn/go-shellwords, POSIX quoting): no variables, globs or redirections. Compose
 * cuts a command silently at an operator such as `|`; that is reported instead.
 */
export function splitShellWords(text: string): ShellWords {
  const words: string[] = [];
  let word: string | undefined;
  for (const [, escaped, single, double, operator, space, plain, stray] of text.matchAll(token)) {
    if (operator !== undefined) return { kind: 'operator', operator };
    if (stray !== undefined) return { kind: 'unterminated', quote: stray };
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + (escaped ?? single ?? plain ?? unescapeDouble(double ?? ''));
    }
  }
  if (word !== undefined) words.push(word);
  return { kind: 'words', words };
}

/** In double quotes a backslash speaks only before `$`, `` ` ``, `"`, `\` and a newline (POSIX, 2.2.3). */
function unescapeDouble(text: string): string {
  return text.replace(/\\([$`"\\\n])/g, (_whole, character: string) => (character === '\n' ? '' : character));
}
