import type { FlagReader } from './flag-reader.ts';
import type { EscapeCharacter, Instruction } from './instruction.ts';
import { parseExecForm } from './parse-exec-form.ts';
import type { CopyInstruction } from './parsed-instruction.ts';
import { splitWords } from './split-words.ts';
import { parseHeredocMark } from './take-heredocs.ts';

export function parseCopy(
  { keyword, text, heredocs }: Instruction,
  flags: FlagReader,
  escapeCharacter: EscapeCharacter,
): CopyInstruction {
  const isAdd = keyword === 'ADD';
  const words = parseExecForm(text) ?? splitWords(text, escapeCharacter);
  const destination = words.at(-1);
  const before = words.slice(0, -1);
  if (destination === undefined || before.length === 0)
    throw new Error(`${keyword} needs at least one source and a destination`);
  const sources = before.filter((word) => parseHeredocMark(word) === undefined);
  const from = isAdd ? undefined : flags.text('from');
  const [chown, chmod] = [flags.text('chown'), flags.text('chmod')];
  // Flags that would be a promise: of paths, or that what was fetched is what was meant.
  if (!isAdd && flags.switch('parents'))
    throw new Error('COPY --parents is not possible: name the directory in the destination');
  if (isAdd && flags.text('checksum') !== undefined)
    throw new Error('ADD --checksum is not possible: it is about what is fetched, and ADD fetches nothing');
  const unpack = isAdd ? flags.optionalSwitch('unpack') : undefined;
  return {
    isAdd,
    sources,
    inline: heredocs,
    destination,
    link: flags.switch('link'),
    excludes: flags.texts('exclude'),
    ...(from === undefined ? {} : { from }),
    ...(chown === undefined ? {} : { chown }),
    ...(chmod === undefined ? {} : { chmod }),
    ...(unpack === undefined ? {} : { unpack }),
  };
}
