import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Dockerfile, EscapeCharacter } from './instruction.ts';
import { readInstructions } from './read-instructions.ts';

/** Far above what people write; a generated file of this size is a mistake. */
export const mostDockerfileBytes = 2 ** 20;

/** `dockerfile-ast` reads the directives; it sees here-documents in quotes, too, so where instructions end is read as BuildKit does. */
export async function parseDockerfile(text: string, file: string): Promise<Dockerfile> {
  if (Buffer.byteLength(text) > mostDockerfileBytes)
    throw new MayflyError('DOCKERFILE_INVALID', `${file} is larger than ${mostDockerfileBytes} bytes`);
  const { DockerfileParser } = await import('dockerfile-ast');
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const escapeCharacter: EscapeCharacter =
    DockerfileParser.parse(plain).getEscapeCharacter() === '`' ? '`' : '\\';
  const instructions = readInstructions(plain.split('\n'), escapeCharacter, file);
  if (instructions.length === 0)
    throw new MayflyError('DOCKERFILE_INVALID', `${file} has no instructions`, {
      hint: 'begin it with FROM',
    });
  return { file, escapeCharacter, instructions };
}
