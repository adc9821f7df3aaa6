import type { FlagReader } from './flag-reader.ts';
import type { EscapeCharacter } from './instruction.ts';
import type { ParsedInstruction } from './parsed-instruction.ts';
import { splitWords } from './split-words.ts';

/** BuildKit, frontend/dockerfile/instructions/parse.go, validStageName. */
const stageName = /^[a-z][a-z0-9-_.]*$/;

export function parseFrom(
  text: string,
  flags: FlagReader,
  escapeCharacter: EscapeCharacter,
): ParsedInstruction {
  const [image = '', as, name, ...more] = splitWords(text, escapeCharacter);
  const platform = flags.text('platform');
  if (more.length > 0 || (as !== undefined && (as.toUpperCase() !== 'AS' || name === undefined)))
    throw new Error('FROM takes an image, or an image `AS` a name');
  if (name !== undefined && !stageName.test(name.toLowerCase()))
    throw new Error(`\`${name}\` is no name for a stage: letters, digits, and - _ . within`);
  return {
    kind: 'from',
    image,
    ...(name === undefined ? {} : { name: name.toLowerCase() }),
    ...(platform === undefined ? {} : { platform }),
  };
}
