import { MayflyError } from '../../core/mayfly-error.ts';
import type { Dockerfile } from './dockerfile/instruction.ts';
import { parseInstruction } from './dockerfile/parse-instruction.ts';
import { readInstructions } from './dockerfile/read-instructions.ts';
import type { PlannedInstruction } from './plan-stages.ts';

/** Instructions that the base image has for who builds on it; they come before the stage's own. */
export function readOnbuild(
  triggers: readonly string[],
  { file, escapeCharacter }: Dockerfile,
): readonly PlannedInstruction[] {
  const place = `${file} (ONBUILD of its base)`;
  return triggers.map((text) => {
    const [written, ...more] = readInstructions(text.split('\n'), escapeCharacter, place);
    if (written === undefined || more.length > 0)
      throw new MayflyError(
        'IMAGE_INVALID',
        `\`${text}\`, an ONBUILD of the base image, is not one instruction`,
      );
    return {
      written: { ...written, line: 1, source: `ONBUILD ${written.source}` },
      parsed: parseInstruction(written, escapeCharacter, place),
    };
  });
}
