import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Instruction } from './instruction.ts';

/** A mistake in a Dockerfile, with the line that has it. */
export function dockerfileError(
  file: string,
  instruction: Pick<Instruction, 'line' | 'source'>,
  message: string,
  hint?: string,
): MayflyError {
  const { source } = instruction;
  const column = source.length - source.trimStart().length + 1;
  return new MayflyError('DOCKERFILE_INVALID', message, {
    at: { file, line: instruction.line, column },
    sourceLine: source,
    length: Math.max(1, source.trim().length),
    ...(hint === undefined ? {} : { hint }),
  });
}
