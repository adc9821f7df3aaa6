import { MayflyError } from '../../../core/mayfly-error.ts';
import { dockerfileError } from './dockerfile-error.ts';
import { FlagReader } from './flag-reader.ts';
import type { EscapeCharacter, Instruction } from './instruction.ts';
import { parseCopy } from './parse-copy.ts';
import { parseDuration } from './parse-duration.ts';
import { parseCommand, parseExecForm } from './parse-exec-form.ts';
import { parseFrom } from './parse-from.ts';
import { parseDeclarations, parsePairs } from './parse-pairs.ts';
import { parseRunMount } from './parse-run-mount.ts';
import type { HealthcheckInstruction, ParsedInstruction } from './parsed-instruction.ts';
import { splitWords } from './split-words.ts';

/** Judges an instruction as far as it can be judged before variables have values. */
export function parseInstruction(
  instruction: Instruction,
  escapeCharacter: EscapeCharacter,
  file: string,
): ParsedInstruction {
  try {
    const flags = new FlagReader(instruction.flags);
    const parsed = parseKeyword(instruction, flags, escapeCharacter);
    flags.refuseOthers(instruction.keyword);
    return parsed;
  } catch (error) {
    if (error instanceof MayflyError || !(error instanceof Error)) throw error;
    throw dockerfileError(file, instruction, error.message);
  }
}

function parseKeyword(
  instruction: Instruction,
  flags: FlagReader,
  escapeCharacter: EscapeCharacter,
): ParsedInstruction {
  const { keyword, text } = instruction;
  if (text === '' && keyword !== 'CMD' && keyword !== 'ENTRYPOINT')
    throw new Error(`${keyword} needs an argument`);
  switch (keyword) {
    case 'FROM':
      return parseFrom(text, flags, escapeCharacter);
    case 'ARG':
      return { kind: 'arg', declarations: parseDeclarations(text, escapeCharacter) };
    case 'ENV':
      return { kind: 'env', pairs: parsePairs(keyword, text, escapeCharacter) };
    case 'LABEL':
      return { kind: 'label', pairs: parsePairs(keyword, text, escapeCharacter) };
    case 'RUN':
      return parseRun(instruction, flags);
    case 'COPY':
    case 'ADD':
      return { kind: 'copy', copy: parseCopy(instruction, flags, escapeCharacter) };
    case 'CMD':
      return { kind: 'command', command: parseCommand(text) };
    case 'ENTRYPOINT':
      return { kind: 'entrypoint', command: parseCommand(text) };
    case 'SHELL':
      return { kind: 'shell', argv: requireExecForm(text) };
    case 'WORKDIR':
      return { kind: 'workdir', text };
    case 'USER':
      return { kind: 'user', text: oneWord(keyword, text, escapeCharacter) };
    case 'STOPSIGNAL':
      return { kind: 'stopsignal', text: oneWord(keyword, text, escapeCharacter) };
    case 'MAINTAINER':
      return { kind: 'maintainer', text };
    case 'EXPOSE':
      return { kind: 'expose', text };
    case 'VOLUME':
      return { kind: 'volume', paths: parseExecForm(text) ?? splitWords(text, escapeCharacter) };
    case 'HEALTHCHECK':
      return { kind: 'healthcheck', healthcheck: parseHealthcheck(text, flags) };
    case 'ONBUILD':
      return parseOnbuild(instruction);
    default:
      throw new Error(`unknown instruction \`${keyword}\``);
  }
}

function parseRun({ text, heredocs }: Instruction, flags: FlagReader): ParsedInstruction {
  const network = flags.text('network') ?? 'default';
  if (network !== 'default' && network !== 'none')
    throw new Error(`RUN --network=${network} is not possible: write default or none`);
  const security = flags.text('security') ?? 'sandbox';
  if (security !== 'sandbox') throw new Error(`RUN --security=${security} is not possible: steps run sealed`);
  return {
    kind: 'run',
    run: { command: parseCommand(text), heredocs, mounts: flags.texts('mount').map(parseRunMount), network },
  };
}

function requireExecForm(text: string): readonly string[] {
  const argv = parseExecForm(text);
  if (argv === undefined || argv.length === 0)
    throw new Error('SHELL needs a list such as ["/bin/sh", "-c"]');
  return argv;
}

function oneWord(keyword: string, text: string, escapeCharacter: EscapeCharacter): string {
  if (splitWords(text, escapeCharacter).length > 1) throw new Error(`${keyword} takes one argument`);
  return text;
}

function parseHealthcheck(text: string, flags: FlagReader): HealthcheckInstruction {
  const [, word = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  const duration = (name: string): number | undefined => {
    const written = flags.text(name);
    return written === undefined ? undefined : parseDuration(written);
  };
  const [intervalMs, timeoutMs] = [duration('interval'), duration('timeout')];
  const [startPeriodMs, startIntervalMs] = [duration('start-period'), duration('start-interval')];
  const retries = flags.whole('retries');
  if (word.toUpperCase() === 'NONE') {
    if (rest !== '') throw new Error('HEALTHCHECK NONE takes no arguments');
    return { command: undefined };
  }
  if (word.toUpperCase() !== 'CMD') throw new Error('HEALTHCHECK needs CMD or NONE');
  if (rest === '') throw new Error('HEALTHCHECK CMD needs a command');
  return {
    command: parseCommand(rest),
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(startPeriodMs === undefined ? {} : { startPeriodMs }),
    ...(startIntervalMs === undefined ? {} : { startIntervalMs }),
    ...(retries === undefined ? {} : { retries }),
  };
}

/** Bodies of here-documents stay behind the line that begins them, as BuildKit keeps them in the image. */
function parseOnbuild({ text, heredocs }: Instruction): ParsedInstruction {
  const keyword = /^\S*/.exec(text)?.[0].toUpperCase() ?? '';
  if (keyword === 'ONBUILD' || keyword === 'FROM' || keyword === 'MAINTAINER')
    throw new Error(`ONBUILD cannot hold ${keyword}`);
  const bodies = heredocs.map(({ name, content }) => `\n${content}${name}`);
  return { kind: 'onbuild', text: [text, ...bodies].join('') };
}
