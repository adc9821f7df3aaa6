import type { Instruction as AstInstruction } from 'dockerfile-ast';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { dockerfileError } from './dockerfile-error.ts';
import type { Dockerfile, EscapeCharacter, Instruction } from './instruction.ts';
import { joinLines } from './join-lines.ts';
import { splitFlags } from './split-flags.ts';
import { takeHeredocs } from './take-heredocs.ts';

/** Far above what people write; a generated file of this size is a mistake. */
const mostBytes = 2 ** 20;
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

/** `dockerfile-ast` tells where instructions, directives and here-documents begin and end; words are read as BuildKit reads them. */
export async function parseDockerfile(text: string, file: string): Promise<Dockerfile> {
  if (Buffer.byteLength(text) > mostBytes)
    throw new MayflyError('DOCKERFILE_INVALID', `${file} is larger than ${mostBytes} bytes`);
  const { DockerfileParser } = await import('dockerfile-ast');
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const parsed = DockerfileParser.parse(plain);
  const escapeCharacter: EscapeCharacter = parsed.getEscapeCharacter() === '`' ? '`' : '\\';
  const lines = plain.split('\n');
  const found = parsed.getInstructions();
  if (found.length > mostInstructions)
    throw new MayflyError('DOCKERFILE_INVALID', `${file} has more than ${mostInstructions} instructions`);
  const instructions = found.map((each) => toInstruction(each, lines, escapeCharacter, file));
  if (instructions.length === 0)
    throw new MayflyError('DOCKERFILE_INVALID', `${file} has no instructions`, {
      hint: 'begin it with FROM',
    });
  return { file, escapeCharacter, instructions };
}

function toInstruction(
  found: AstInstruction,
  lines: readonly string[],
  escapeCharacter: EscapeCharacter,
  file: string,
): Instruction {
  const { start, end } = found.getRange();
  const line = start.line + 1;
  const source = lines[start.line] ?? '';
  const own = lines.slice(start.line, end.line + 1);
  const { joined, rest } = joinLines(own, escapeCharacter);
  const [, word = '', after = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(joined) ?? [];
  const keyword = word.toUpperCase();
  if (!known.has(keyword)) {
    throw dockerfileError(file, { line, source }, `unknown instruction \`${word}\``, unknownHint(word));
  }
  return {
    keyword,
    line,
    source,
    ...readArguments(keyword, after.trimEnd(), rest, { line, source, escapeCharacter, file }),
  };
}

interface Place {
  readonly line: number;
  readonly source: string;
  readonly escapeCharacter: EscapeCharacter;
  readonly file: string;
}

function readArguments(
  keyword: string,
  text: string,
  rest: readonly string[],
  place: Place,
): Pick<Instruction, 'flags' | 'text' | 'heredocs'> {
  const { file, escapeCharacter } = place;
  try {
    const { flags, text: words } = splitFlags(text, escapeCharacter);
    const hasHeredocs = keyword === 'RUN' || keyword === 'COPY' || keyword === 'ADD';
    return { flags, text: words, heredocs: hasHeredocs ? takeHeredocs(words, rest, escapeCharacter) : [] };
  } catch (error) {
    if (error instanceof MayflyError || !(error instanceof Error)) throw error;
    throw dockerfileError(file, place, error.message);
  }
}

function unknownHint(word: string): string {
  const near = [...known].find((name) => name.startsWith(word.toUpperCase().slice(0, 2)));
  return near === undefined ? `instructions are ${[...known].join(', ')}` : `did you mean \`${near}\`?`;
}
