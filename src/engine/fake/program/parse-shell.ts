/** A tiny shell's grammar: lists of simple commands with words, quotes, expansions and redirections; nothing else. */
export interface ShellCommand {
  readonly words: readonly ShellWord[];
  readonly redirections: readonly Redirection[];
  /** How it hangs on the command before it. */
  readonly joint: ';' | '&&' | '||';
}

export interface Redirection {
  /** 0 in, 1 out, 2 error. */
  readonly stream: 0 | 1 | 2;
  readonly mode: 'read' | 'write' | 'append' | 'duplicate';
  readonly target: ShellWord;
}

/** Literal text and variables, in order. */
export type ShellWord = readonly ({ readonly text: string } | { readonly variable: string })[];

const redirection = /^([012]?)(>>|>&|>|<)/;
const separator = /^(&&|\|\||;|\n)/;

/** @throws Error on what the tiny shell does not have. */
export function parseShell(text: string): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let joint: ShellCommand['joint'] = ';';
  let words: ShellWord[] = [];
  let redirections: Redirection[] = [];
  let rest = text;
  const finish = (): void => {
    if (words.length > 0 || redirections.length > 0) commands.push({ words, redirections, joint });
    words = [];
    redirections = [];
  };
  while (rest !== '') {
    const blank = /^(?:[ \t]+|#[^\n]*)/.exec(rest)?.[0];
    const next = separator.exec(rest)?.[1];
    const redirect = redirection.exec(rest);
    if (blank !== undefined) {
      rest = rest.slice(blank.length);
    } else if (next !== undefined) {
      finish();
      joint = next === '&&' || next === '||' ? next : ';';
      rest = rest.slice(next.length);
    } else if (redirect !== null) {
      const taken = takeWord(rest.slice(redirect[0].length).trimStart());
      redirections.push(planRedirection(redirect[1] ?? '', redirect[2] ?? '', taken.word));
      rest = taken.rest;
    } else {
      const taken = takeWord(rest);
      words.push(taken.word);
      rest = taken.rest;
    }
  }
  finish();
  return commands;
}

function planRedirection(stream: string, operator: string, target: ShellWord): Redirection {
  if (operator === '<') return { stream: 0, mode: 'read', target };
  const mode = operator === '>>' ? 'append' : operator === '>&' ? 'duplicate' : 'write';
  return { stream: stream === '2' ? 2 : 1, mode, target };
}

function takeWord(text: string): { readonly word: ShellWord; readonly rest: string } {
  const parts: ({ text: string } | { variable: string })[] = [];
  let rest = text;
  for (;;) {
    const piece = takePiece(rest);
    if (piece === undefined) break;
    parts.push(...piece.parts);
    rest = rest.slice(piece.length);
  }
  if (rest === text) throw new Error(`the fake shell cannot read: ${text}`);
  return { word: parts, rest };
}

interface Piece {
  readonly parts: ShellWord;
  readonly length: number;
}

function takePiece(rest: string): Piece | undefined {
  const single = /^'([^']*)'/.exec(rest);
  if (single !== null) return { parts: [{ text: single[1] ?? '' }], length: single[0].length };
  const double = /^"((?:[^"\\]|\\.)*)"/s.exec(rest);
  if (double !== null) return { parts: expansions(double[1] ?? ''), length: double[0].length };
  const escaped = /^\\(.)/s.exec(rest);
  if (escaped !== null) return { parts: [{ text: escaped[1] ?? '' }], length: 2 };
  const bare = /^(?:\$\{\w+\}|\$\w+|\$[?$]|\$|[^\s;&|<>'"\\$]+)/.exec(rest);
  return bare === null ? undefined : { parts: expansions(bare[0]), length: bare[0].length };
}

function expansions(text: string): ShellWord {
  const parts: ({ text: string } | { variable: string })[] = [];
  for (const [whole, braced, plain] of text.matchAll(/\$\{(\w+)\}|\$(\w+|[?$])|\\["\\$`]|[^$\\]+|[\s\S]/g)) {
    const variable = braced ?? plain;
    if (variable !== undefined) parts.push({ variable });
    else parts.push({ text: /^\\["\\$`]$/.test(whole) ? whole.slice(1) : whole });
  }
  return parts;
}
