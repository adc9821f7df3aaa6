import type { EscapeCharacter } from './instruction.ts';

/**
 * The logical line that the first of these lines begins, as BuildKit joins it (frontend/dockerfile/parser, Parse): a comment
 * or an empty line within a continued instruction is as if it were not there. `rest` is what follows: here-documents.
 */
export function joinLines(
  lines: readonly string[],
  escapeCharacter: EscapeCharacter,
): { readonly joined: string; readonly rest: readonly string[] } {
  const continuation = escapeCharacter === '`' ? /`[ \t]*$/ : /\\[ \t]*$/;
  let joined = '';
  for (const [at, line] of lines.entries()) {
    if (at > 0 && /^\s*(#|$)/.test(line)) continue;
    if (!continuation.test(line)) return { joined: joined + line, rest: lines.slice(at + 1) };
    joined += line.replace(continuation, '');
  }
  return { joined, rest: [] };
}
