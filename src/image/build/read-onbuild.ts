import type { Dockerfile } from './dockerfile/instruction.ts';
import { parseInstruction } from './dockerfile/parse-instruction.ts';
import { splitFlags } from './dockerfile/split-flags.ts';
import type { PlannedInstruction } from './plan-stages.ts';

/** Instructions that the base image has for who builds on it; they come before the stage's own. */
export function readOnbuild(
  triggers: readonly string[],
  { file, escapeCharacter }: Dockerfile,
): readonly PlannedInstruction[] {
  return triggers.map((text) => {
    const [, word = '', after = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    const written = {
      keyword: word.toUpperCase(),
      line: 1,
      source: `ONBUILD ${text}`,
      heredocs: [],
      ...splitFlags(after.trimEnd(), escapeCharacter),
    };
    return { written, parsed: parseInstruction(written, escapeCharacter, `${file} (ONBUILD of its base)`) };
  });
}
