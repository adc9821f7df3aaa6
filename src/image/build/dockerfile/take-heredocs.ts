import type { EscapeCharacter, Heredoc } from './instruction.ts';
import { splitWords } from './split-words.ts';

/** A file descriptor may stand before it, as in a shell (BuildKit, parser.go, reHeredoc). */
const heredocWord = /^(\d*)<<(-?)([^<]+)$/;

export interface HeredocMark {
  readonly name: string;
  readonly expands: boolean;
  /** `<<-`: leading tabs go. */
  readonly chomps: boolean;
}

/** The here-document a word begins, if it does. */
export function parseHeredocMark(word: string): HeredocMark | undefined {
  const match = heredocWord.exec(word);
  const written = match?.[3];
  if (match === null || written === undefined) return undefined;
  const name = written.replace(/["']/g, '');
  if (name === '') return undefined;
  return { name, expands: name === written, chomps: match[2] === '-' };
}

/** Reads the bodies of the here-documents that an instruction's words begin, in their order; `end` is the line after the last. */
export function takeHeredocs(
  text: string,
  lines: readonly string[],
  start: number,
  escapeCharacter: EscapeCharacter,
): { readonly heredocs: readonly Heredoc[]; readonly end: number } {
  if (!text.includes('<<')) return { heredocs: [], end: start };
  const marks = splitWords(text, escapeCharacter)
    .map(parseHeredocMark)
    .filter((mark) => mark !== undefined);
  let at = start;
  const heredocs = marks.map(({ name, expands, chomps }) => {
    const body: string[] = [];
    for (;;) {
      const line = lines[at];
      if (line === undefined) throw new Error(`the here-document \`${name}\` does not end`);
      at += 1;
      const plain = chomps ? line.replace(/^\t+/, '') : line;
      if (plain === name) break;
      body.push(`${plain}\n`);
    }
    return { name, content: body.join(''), expands };
  });
  return { heredocs, end: at };
}
