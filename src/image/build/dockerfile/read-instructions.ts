import { MayflyError } from '../../../core/mayfly-error.ts';
import { dockerfileError } from './dockerfile-error.ts';
import type { EscapeCharacter, Heredoc, Instruction } from './instruction.ts';
import { joinLines } from './join-lines.ts';
import { splitFlags } from './split-flags.ts';
import { takeHeredocs } from './take-heredocs.ts';

/** Far above what people write; a generated file of this size is a mistake. */
const mostInstructions = 5000;

const known = new Set([
  ...[
    'ADD',
    'ARG',
    'CMD',
    'COPY',
    'ENTRYPOINT',
    'ENV',
    'EXPOSE',
    'FROM',
    'HEALTHCHECK',
    'LABEL',
    'MAINTAINER',
  ],
  ...['ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'],
]);

const withHeredocs: ReadonlySet<string> = new Set(['ADD', 'COPY', 'RUN']);

/**
 * The instructions of these lines, one after the other: each ends where its joined line ends, and its here-documents, and the next
 * begins there (BuildKit, frontend/dockerfile/parser, Parse). So no line can be lost between two of them.
 */
export function readInstructions(
  lines: readonly string[],
  escapeCharacter: EscapeCharacter,
  file: string,
): readonly Instruction[] {
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; ) {
    if (/^\s*(#|$)/.test(lines[at] ?? '')) {
      at += 1;
      continue;
    }
    if (instructions.length === mostInstructions)
      throw new MayflyError('DOCKERFILE_INVALID', `${file} has more than ${mostInstructions} instructions`);
    const { instruction, end } = readInstruction(lines, at, escapeCharacter, file);
    instructions.push(instruction);
    at = end;
  }
  return instructions;
}

function readInstruction(
  lines: readonly string[],
  start: number,
  escapeCharacter: EscapeCharacter,
  file: string,
): { readonly instruction: Instruction; readonly end: number } {
  const place = { line: start + 1, source: lines[start] ?? '' };
  const { joined, end } = joinLines(lines, start, escapeCharacter);
  const { word, after } = splitKeyword(joined);
  const keyword = word.toUpperCase();
  if (!known.has(keyword))
    throw dockerfileError(file, place, `unknown instruction \`${word}\``, unknownHint(word));
  try {
    const { flags, text } = splitFlags(after, escapeCharacter);
    const taken = takeOwnHeredocs(keyword, text, lines, end, escapeCharacter);
    return { instruction: { keyword, ...place, flags, text, heredocs: taken.heredocs }, end: taken.end };
  } catch (error) {
    if (error instanceof MayflyError || !(error instanceof Error)) throw error;
    throw dockerfileError(file, place, error.message);
  }
}

/** ONBUILD has those of the instruction within it. */
function takeOwnHeredocs(
  keyword: string,
  text: string,
  lines: readonly string[],
  start: number,
  escapeCharacter: EscapeCharacter,
): { readonly heredocs: readonly Heredoc[]; readonly end: number } {
  if (withHeredocs.has(keyword)) return takeHeredocs(text, lines, start, escapeCharacter);
  if (keyword !== 'ONBUILD') return { heredocs: [], end: start };
  const { word, after } = splitKeyword(text);
  if (!withHeredocs.has(word.toUpperCase())) return { heredocs: [], end: start };
  return takeHeredocs(splitFlags(after, escapeCharacter).text, lines, start, escapeCharacter);
}

function splitKeyword(text: string): { readonly word: string; readonly after: string } {
  const [, word = '', after = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  return { word, after: after.trimEnd() };
}

function unknownHint(word: string): string {
  const near = [...known].find((name) => name.startsWith(word.toUpperCase().slice(0, 2)));
  return near === undefined ? `instructions are ${[...known].join(', ')}` : `did you mean \`${near}\`?`;
}
