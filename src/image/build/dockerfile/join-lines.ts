import type { EscapeCharacter } from './instruction.ts';

/**
 * The logical line that begins at one of these lines, as BuildKit joins it (frontend/dockerfile/parser, Parse): a comment or an
 * empty line within a continued instruction is as if it were not there. `end` is the line after it: where here-documents begin.
 */
export function joinLines(
  lines: readonly string[],
  start: number,
  escapeCharacter: EscapeCharacter,
): { readonly joined: string; readonly end: number } {
  const continuation = escapeCharacter === '`' ? /`[ \t]*$/ : /\\[ \t]*$/;
  let joined = '';
  for (let at = start; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (at > start && /^\s*(#|$)/.test(line)) continue;
    if (!continuation.test(line)) return { joined: joined + line, end: at + 1 };
    joined += line.replace(continuation, '');
  }
  return { joined, end: lines.length };
}
