import type { SourceText, Span } from '../source-text.ts';

interface Found {
  readonly value: string;
  readonly span: Span;
}

/** The unquoted value around a place inside `[…]` or `{…}`, with the whole of each `${{ … }}` in it. */
export function flowValueAround(source: SourceText, position: number): Found {
  const { text } = source;
  let start = position;
  while (start > 0 && !/[[{,\n]/.test(text[start - 1] ?? '') && !/:\s/.test(text.slice(start - 2, start)))
    start -= 1;
  start += /^\s*(?:- +)*/.exec(text.slice(start, position))?.[0].length ?? 0;
  let end = start;
  while (end < text.length && !/[,\]}\n]/.test(text[end] ?? '')) {
    const closing = text.startsWith('${{', end) ? text.indexOf('}}', end) : -1;
    end = closing < 0 ? end + 1 : closing + 2;
  }
  const value = text.slice(start, end).trimEnd();
  return { value, span: { start, end: start + value.length } };
}

/** The value of the line's first key, up to the end of the line: `echo a: b` of `- run: echo a: b`. */
export function valueOfLine(source: SourceText, position: number): Found | undefined {
  const { line: number, column } = source.locate(position);
  const line = source.line(number);
  const key = /^\s*(?:- +)*(?:[^\s'"#][^:'"]*|"[^"]*"|'[^']*'):\s+/.exec(line);
  if (key === null || key[0].length >= column) return undefined;
  const value = line.slice(key[0].length).trimEnd();
  const start = position - column + 1 + key[0].length;
  return { value, span: { start, end: start + value.length } };
}
